import { LookonceError } from "@lookonce/errors";

/** Options of {@link fetchFile}. */
export interface FetchFileOptions {
  /** Called as bytes come; `total` where the server says it. */
  onProgress?: ((progress: { loaded: number; total?: number }) => void) | undefined;
  /** Breaks it off; it then throws the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Fetches a file of the page's own origin, or of another one that allows it, as the caller names it.
 *
 * @throws LookonceError `NOT_FOUND` or `IO`, saying what to do; `FORMAT` for a web page in the place of a file
 */
export async function fetchFile(href: string, { onProgress, signal }: FetchFileOptions = {}): Promise<Blob> {
  const response = await fetch(href, signal === undefined ? {} : { signal }).catch((cause: Error) => {
    if (signal?.aborted) throw signal.reason;
    const reason = `${cause.message}. It has to be on the page's own origin, or its server has to allow this page (CORS).`;
    throw new LookonceError("IO", `Cannot fetch ${href}: ${reason}`, { cause });
  });
  if (response.status === 404 || response.status === 410) {
    throw new LookonceError("NOT_FOUND", `There is nothing at ${href}: the server answers ${response.status}.`);
  }
  if (!response.ok) throw new LookonceError("IO", `Cannot fetch ${href}: the server answers ${response.status}.`);
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) {
    throw new LookonceError("FORMAT", `${href} is a web page, not a file: check the address.`);
  }
  if (onProgress === undefined || response.body === null) return response.blob();
  const total = Number(response.headers.get("content-length") ?? 0);
  const counted = response.body.pipeThrough(counting(total, onProgress));
  return new Response(counted, { headers: { "content-type": type } }).blob();
}

function counting(
  total: number,
  onProgress: NonNullable<FetchFileOptions["onProgress"]>,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let loaded = 0;
  return new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.length;
      onProgress(total === 0 ? { loaded } : { loaded, total });
      controller.enqueue(chunk);
    },
  });
}
