import { LookonceError } from "@lookonce/errors";
import type { SourceSettings } from "./source.ts";

/** A response to a request: its kind, and how to read or to cancel it. */
export interface Answer {
  kind: "image" | "video";
  /** Reads the whole answer. */
  read(): Promise<Uint8Array>;
  /** Breaks the connection off. */
  leave(): Promise<void>;
}

type Limits = Pick<SourceSettings, "timeout" | "maxBytes" | "signal">;

/**
 * Requests an address over HTTP and reads the response's headers. Redirects are followed.
 *
 * @throws LookonceError `NOT_FOUND` when the server says that there is nothing, `FORMAT` when it is a web page or other
 *   than an image or video, `IO` when it cannot be reached, refuses, is too slow or sends too much
 */
export async function ask(address: string, limits: Limits): Promise<Answer> {
  const watch = new Watch(address, limits);
  let response: Response;
  try {
    response = await fetch(address, {
      signal: watch.signal,
      headers: { accept: "image/*,video/*;q=0.9,*/*;q=0.5", "user-agent": "lookonce" },
    });
  } catch (cause) {
    throw watch.explain(cause);
  }
  const leave = async (): Promise<void> => {
    watch.stop();
    // Whatever else the server still wants to say does not matter
    await response.body?.cancel().catch(() => {});
  };
  try {
    const kind = kindOfAnswer(response, address);
    checkLength(response, limits);
    return { kind, read: () => readBody(response, { address, watch, limits }), leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Gives up when nothing comes for a while, or when the source is ended. */
class Watch {
  readonly #address: string;
  readonly #seconds: number;
  readonly #outer: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #onAbort = (): void => this.#controller.abort();
  #timer: NodeJS.Timeout | undefined;

  constructor(address: string, { timeout, signal }: Limits) {
    this.#address = address;
    this.#seconds = timeout;
    this.#outer = signal;
    if (signal?.aborted) this.#controller.abort();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.rearm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came: the wait begins anew. */
  rearm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#seconds * 1000);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  /** What a failed request means. */
  explain(cause: unknown): LookonceError {
    this.stop();
    if (cause instanceof LookonceError) return cause;
    if (this.#outer?.aborted) return new LookonceError("IO", `Fetching ${this.#address} was ended.`, { cause });
    if (this.#controller.signal.aborted) {
      const message = `${this.#address} sent nothing for ${this.#seconds} s; timeout sets how long to wait.`;
      return new LookonceError("IO", message, { cause });
    }
    return new LookonceError("IO", `Cannot fetch ${this.#address}: ${reasonOf(cause)}`, { cause });
  }
}

/** What Node's fetch hides below "fetch failed". */
function reasonOf(error: unknown): string {
  const inner = (error as Error).cause;
  const { code, message } = (inner ?? error) as NodeJS.ErrnoException;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such host, or no network.";
  if (code === "ECONNREFUSED") return "nothing answers there (connection refused).";
  if (message === "redirect count exceeded") return "it redirects without end.";
  return message === "" ? String(code) : `${message}.`;
}

function kindOfAnswer(response: Response, address: string): "image" | "video" {
  const { status, statusText, redirected, url } = response;
  const place = redirected ? `${address} (redirected to ${url})` : address;
  if (status === 404 || status === 410) {
    throw new LookonceError("NOT_FOUND", `There is nothing at ${place}: the server answers ${status}.`);
  }
  if (!response.ok) {
    const answer = `${status} ${statusText}`.trim();
    throw new LookonceError("IO", `Cannot fetch ${place}: the server answers ${answer}.`);
  }
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type.startsWith("video/") || /mpegurl$|dash\+xml$|^multipart\/x-mixed-replace$/.test(type)) return "video";
  // Storage services send images as plain bytes; what they are shows when they are decoded
  if (type === "" || type.startsWith("image/") || type.endsWith("/octet-stream")) return "image";
  const hint = type.includes("html") ? " It is a web page: use the address of the image itself." : "";
  throw new LookonceError("FORMAT", `${place} is no image: the server says that it is ${type}.${hint}`);
}

function checkLength(response: Response, { maxBytes }: Limits): void {
  const length = Number(response.headers.get("content-length") ?? 0);
  if (length > maxBytes) throw tooLarge(response.url, maxBytes);
}

function tooLarge(address: string, maxBytes: number): LookonceError {
  const size = `${(maxBytes / 2 ** 20).toFixed(maxBytes < 2 ** 20 ? 3 : 0)} MiB`;
  return new LookonceError("IO", `${address} sends more than ${size}; maxBytes sets how much one image may have.`);
}

interface Reading {
  address: string;
  watch: Watch;
  limits: Limits;
}

async function readBody(response: Response, { address, watch, limits }: Reading): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    watch.rearm();
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > limits.maxBytes) throw tooLarge(address, limits.maxBytes);
      chunks.push(chunk);
      watch.rearm();
    }
  } catch (cause) {
    throw watch.explain(cause);
  }
  watch.stop();
  if (length === 0) throw new LookonceError("FORMAT", `${address} answers, but with nothing in it.`);
  return Buffer.concat(chunks, length);
}
