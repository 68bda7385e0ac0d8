import { askForKey, keyHeader } from "./key.ts";

/** A request that failed, with the service's sentence. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;

  constructor(message: string, { status, code }: { status: number; code: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Sends a request with the key, asks for one where it is missing, and turns refusals into {@link ApiError}. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const key = keyHeader();
    const response = await reach(path, { ...init, headers: { ...(init.headers as Record<string, string>), ...key } });
    if (response.ok) return response;
    const error = await refusal(response);
    if (response.status !== 401 || !(await askForKey(key))) throw error;
  }
}

/** As {@link send}, with the answer read as JSON. */
export async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await send(path, init);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A sentence for people on whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("The service does not answer. Is it still running?", { status: 0, code: "UNREACHABLE" });
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const error = (body as { error?: { code?: string; message?: string } } | undefined)?.error;
  const wait = response.headers.get("retry-after");
  const message = error?.message ?? `The service answered ${status} ${response.statusText}`.trim();
  const hint = wait !== null && !/second/.test(message) ? ` Try again in ${wait} seconds.` : "";
  return new ApiError(message + hint, { status, code: error?.code ?? "UNKNOWN" });
}
