import { LookonceError } from "@lookonce/errors";
import type { SourceSettings } from "./source.ts";

/** A response to a request: its kind, and how to read or to cancel it. */
export interface Answer {
  kind: "image" | "video";
  read(): Promise<Uint8Array>;
  /** Breaks the connection off. */
  leave(): Promise<void>;
}

/** Requests an address over HTTP and reads the response's headers. Redirects are followed. */
export async function ask(address: string, { timeout, maxBytes, signal }: SourceSettings): Promise<Answer> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), timeout * 1000);
  const explain = (cause: unknown): LookonceError => {
    clearTimeout(timer);
    if (cause instanceof LookonceError) return cause;
    let message = `Cannot fetch ${address}: ${reasonOf(cause)}`;
    if (silence.signal.aborted) message = `${address} sent nothing for ${timeout} s; timeout sets how long to wait.`;
    if (signal?.aborted) message = `Fetching ${address} was ended.`;
    return new LookonceError("IO", message, { cause });
  };
  let response: Response;
  try {
    response = await fetch(address, {
      signal: signal === undefined ? silence.signal : AbortSignal.any([silence.signal, signal]),
      headers: { accept: "image/*,video/*;q=0.9,*/*;q=0.5", "user-agent": "lookonce" },
    });
  } catch (cause) {
    throw explain(cause);
  }
  const leave = async (): Promise<void> => {
    clearTimeout(timer);
    // Whatever else the server still wants to say does not matter
    await response.body?.cancel().catch(() => {});
  };
  const read = async (): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      timer.refresh();
      for await (const chunk of response.body ?? []) {
        length += chunk.length;
        if (length > maxBytes) throw tooLarge(address, maxBytes);
        chunks.push(chunk);
        timer.refresh();
      }
    } catch (cause) {
      throw explain(cause);
    }
    clearTimeout(timer);
    if (length === 0) throw new LookonceError("FORMAT", `${address} answers, but with nothing in it.`);
    return Buffer.concat(chunks, length);
  };
  try {
    const kind = kindOfAnswer(response, address);
    if (Number(response.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(response.url, maxBytes);
    return { kind, read, leave };
  } catch (error) {
    await leave();
    throw error;
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

function tooLarge(address: string, maxBytes: number): LookonceError {
  const size = `${(maxBytes / 2 ** 20).toFixed(maxBytes < 2 ** 20 ? 3 : 0)} MiB`;
  return new LookonceError("IO", `${address} sends more than ${size}; maxBytes sets how much one image may have.`);
}
