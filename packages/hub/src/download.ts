import { open } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import { writing } from "@lookonce/files";
import type { Dispatcher, Response } from "undici";
import { type Checksum, checksumOf } from "./checksum.ts";
import type { PartialFile } from "./partial-file.ts";
import { checkSpace } from "./space.ts";

/** How far a download is. */
export interface FetchProgress {
  /** Bytes that are there. */
  done: number;
  /** Bytes of the whole file, where the server says so. */
  total: number | undefined;
}

/** Something that another try may mend. */
export class PassingFailure extends Error {}

export interface DownloadOptions {
  dispatcher: Dispatcher;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: FetchProgress) => void) | undefined;
}

/**
 * Fetches a file, or the rest of one that was started, in one try, and returns the checksum that the server sends, if any.
 *
 * @throws PassingFailure when the connection breaks or the server is busy; LookonceError when trying again is no use
 */
export async function download(
  url: string,
  partial: PartialFile,
  { dispatcher, signal, onProgress }: DownloadOptions,
): Promise<Checksum | undefined> {
  const started = await partial.started(url);
  const rest = started === undefined ? {} : { range: `bytes=${started.bytes}-`, "if-range": started.validator };
  // Bytes as they are: the sizes in headers are then those that arrive
  const headers = { accept: "*/*", "accept-encoding": "identity", "user-agent": "lookonce", ...rest };
  const { fetch } = await import("undici");
  const response = await fetch(url, { headers, dispatcher, redirect: "follow", ...(signal ? { signal } : {}) });
  try {
    checkOrigin(url, response);
    if (response.status === 416) return await outOfRange(url, partial, response);
    if (response.status !== 200 && response.status !== 206) throw refusal(url, response);
    if (response.status === 200) await refusePage(url, response);
    const start = response.status === 206 ? startOf(response, started?.bytes) : 0;
    const total = totalOf(response, start);
    await checkSpace(partial.path, total === undefined ? 0 : total - start);
    if (start === 0) await partial.note(validatorOf(url, response));
    await receive(response, partial.path, { start, total, onProgress });
    return checksumOf(response.headers, response.status === 200);
  } finally {
    // What is not read keeps its connection
    await response.body?.cancel().catch(() => {});
  }
}

/** A redirect must not lead from an encrypted address to an open one. */
function checkOrigin(url: string, response: Response): void {
  if (url.startsWith("https:") && !response.url.startsWith("https:")) {
    throw new LookonceError("UNSAFE", `${url} leads to ${response.url}, which is not encrypted: nothing was fetched.`);
  }
}

/** All is there already, or more than there should be. */
async function outOfRange(url: string, partial: PartialFile, response: Response): Promise<undefined> {
  const total = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
  const started = await partial.started(url);
  if (started?.bytes === total) return undefined;
  await partial.remove();
  throw new PassingFailure("what was there of it is of another file");
}

function refusal(url: string, { status, statusText }: Response): Error {
  const said = `${status} ${statusText}`.trim();
  if (status === 404 || status === 410) {
    return new LookonceError("NOT_FOUND", `${url} does not exist (${said}).`);
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new PassingFailure(`it answers ${said}`);
  return new LookonceError("IO", `${new URL(url).host} does not serve ${url} (${said}).`);
}

/** A page to log in at, or one of a firewall's, comes with 200 as files do. */
async function refusePage(url: string, response: Response): Promise<void> {
  const type = response.headers.get("content-type") ?? "";
  if (!/^\s*text\/html|^\s*application\/xhtml/i.test(type)) return;
  const title = /<title[^>]*>([^<]{1,200})/i.exec((await response.text()).slice(0, 100_000))?.[1]?.trim();
  throw new LookonceError(
    "FORMAT",
    `instead of ${url} came a web page${title === undefined ? "" : ` ("${title}")`}, perhaps of a firewall or of a network that wants a login.`,
  );
}

function startOf(response: Response, asked: number | undefined): number {
  const start = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
  if (start === asked) return start;
  throw new PassingFailure(`it sends another part than the one asked for`);
}

function totalOf(response: Response, start: number): number | undefined {
  const range = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (range !== undefined) return Number(range);
  const length = response.headers.get("content-length");
  return length === null || !/^\d+$/.test(length) ? undefined : start + Number(length);
}

/** Weak ETags do not promise equal bytes (RFC 9110, 13.1.5). */
function validatorOf(url: string, { headers }: Response): { url: string; validator: string } | undefined {
  const tag = headers.get("etag");
  const validator = tag !== null && !tag.startsWith("W/") ? tag : headers.get("last-modified");
  return validator === null ? undefined : { url, validator };
}

async function receive(
  response: Response,
  path: string,
  { start, total, onProgress }: { start: number; total: number | undefined } & Pick<DownloadOptions, "onProgress">,
): Promise<void> {
  let done = start;
  onProgress?.({ done, total });
  const file = await writing(path, () => open(path, start === 0 ? "w" : "a"));
  try {
    for await (const chunk of response.body ?? []) {
      await writing(path, () => file.writeFile(chunk as Uint8Array));
      done += (chunk as Uint8Array).length;
      onProgress?.({ done, total });
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && done < total)
    throw new PassingFailure(`the connection ended after ${done} of ${total} bytes`);
}
