import { mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { renameIntoPlace, withLock, writing } from "@lookonce/files";
import type { Dispatcher } from "undici";
import { findWeights, type PublishedWeights, publishedWeights } from "./catalog.ts";
import { type Checksum, hashOf } from "./checksum.ts";
import { download, type FetchProgress, PassingFailure } from "./download.ts";
import { connectionProblem, openConnections, type ProxySettings } from "./http.ts";
import { PartialFile } from "./partial-file.ts";
import { megabytes } from "./space.ts";

/** A zip's end: signature, then 18 bytes and a comment of at most 65535 (APPNOTE 4.3.16). */
const endBytes = 22;
const longestComment = 65_535;

/** What is wrong with a file that should be PyTorch's, a zip archive, judged by its two ends. */
async function archiveProblem(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, 4));
    await file.read(head, 0, head.length, 0);
    if (head.toString("latin1") !== "PK\u0003\u0004") return "it does not begin as a .pt file does";
    const tail = Buffer.alloc(Math.min(size, endBytes + longestComment));
    await file.read(tail, 0, tail.length, size - tail.length);
    return tail.includes("PK\u0005\u0006", 0, "latin1") ? undefined : "its end is missing";
  } finally {
    await file.close();
  }
}

export type { FetchProgress } from "./download.ts";

/** Options of {@link fetchWeights}. */
export interface FetchWeightsOptions {
  /** Folder where fetched weights stay. */
  directory: string;
  /** Do not use the network; what is in the folder is found all the same. Default false. */
  offline?: boolean;
  /** A mirror: an address that the file's name is appended to, in place of the publisher's release. */
  mirror?: string;
  /** What the file must hash to, in hexadecimal, if you know. */
  sha256?: string;
  /** Proxies to go through. Default: none. */
  proxy?: ProxySettings;
  /** Milliseconds without an answer, or without further bytes, after which a try is given up (default 30 000). */
  timeout?: number;
  /** Milliseconds to wait before each further try after a connection broke (default 1 s, 3 s, 10 s). */
  retryDelaysMs?: readonly number[];
  /** Ends the download; what has come is kept for the next time. */
  signal?: AbortSignal;
  onProgress?: (progress: FetchProgress) => void;
  /** Called with a line on what is fetched, from where and under which license. */
  onNotice?: (line: string) => void;
}

/** What {@link fetchWeights} resolves to. */
export interface FetchedWeights {
  /** Path of the file. */
  file: string;
  /** Whether it came over the network now. */
  isNew: boolean;
  weights: PublishedWeights;
}

/**
 * Finds published weights by name in a folder, or fetches them into it, once.
 *
 * A download that broke off goes on where it was, if the file is still the same; several processes that want the same file
 * wait for one. The file stands under its name only when it is whole: size, checksum where the server sends one, and both
 * ends of the archive are checked.
 *
 * @param name such as `yolov8n.pt`; see {@link publishedWeights}
 * @throws LookonceError `NOT_FOUND` for a name that nobody publishes or that is nowhere to be had, `FORMAT` when something
 *   else came, `IO` when it cannot be reached or written; an `AbortError` when `signal` ends it
 */
export async function fetchWeights(name: string, options: FetchWeightsOptions): Promise<FetchedWeights> {
  const weights = findWeights(name);
  if (weights === undefined) {
    const hint = didYouMean(
      name,
      publishedWeights.map((known) => known.name),
    );
    throw new LookonceError("NOT_FOUND", `${name} is not among the weights that can be fetched.${hint}`);
  }
  const file = join(options.directory, weights.name);
  const isThere = async (): Promise<boolean> => (await stat(file).catch(() => undefined))?.isFile() ?? false;
  if (await isThere()) return { file, isNew: false, weights };
  const request = { ...options, weights, file, url: addressOf(weights, options.mirror) };
  if (options.offline) throw unreachable(request, "downloads are switched off");
  await writing(file, () => mkdir(options.directory, { recursive: true }));
  const fetchOnce = async (): Promise<FetchedWeights> => {
    // Whoever was waited for has fetched it
    if (await isThere()) return { file, isNew: false, weights };
    await fetchNow(request);
    return { file, isNew: true, weights };
  };
  const onWait = (): void => options.onNotice?.(`${weights.name} is being fetched by another process; waiting for it`);
  return withLock(`${file}.lock`, fetchOnce, { signal: options.signal, onWait });
}

interface Request extends FetchWeightsOptions {
  weights: PublishedWeights;
  file: string;
  url: string;
}

async function fetchNow(given: Request): Promise<void> {
  const request = { ...given, onProgress: announcing(given) };
  const { url, file, proxy, timeout = 30_000, onNotice, weights } = request;
  const partial = new PartialFile(file);
  const dispatcher = await openConnections(proxy, timeout);
  try {
    const isContinued = (await partial.started(url)) !== undefined;
    const receive = async (): Promise<void> => verify(request, partial, await persist(request, partial, dispatcher));
    await receive().catch((error: unknown) => {
      // What was there of it may have been at fault; the next try starts from nothing
      if (!isContinued || !(error instanceof LookonceError) || error.code !== "FORMAT") throw error;
      onNotice?.(`${weights.name}: what was there of it does not fit; fetching it whole`);
      return receive();
    });
    await renameIntoPlace(partial.path, file);
    await partial.remove();
  } finally {
    await dispatcher.destroy();
  }
}

/** Reports the download when it really starts, so that without a connection there is one sentence only. */
function announcing({ weights, url, mirror, onNotice, onProgress }: Request): (progress: FetchProgress) => void {
  const from = mirror === undefined ? `github.com/${weights.repository}, release ${weights.release}` : url;
  const license = `its license is ${weights.license} (https://spdx.org/licenses/${weights.license})`;
  let notified = false;
  return (progress) => {
    const size = progress.total === undefined ? "" : ` (${megabytes(progress.total)})`;
    if (!notified) onNotice?.(`fetching ${weights.name}${size} from ${from}; ${license}`);
    notified = true;
    onProgress?.(progress);
  };
}

/** Tries until the file is whole or trying makes no sense. */
async function persist(request: Request, partial: PartialFile, dispatcher: Dispatcher): Promise<Checksum | undefined> {
  const { url, file, signal, onProgress, onNotice, retryDelaysMs = [1_000, 3_000, 10_000], weights } = request;
  for (let attempt = 0; ; attempt++) {
    try {
      return await download(url, partial, { dispatcher, signal, onProgress });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof LookonceError) {
        const message = `${weights.name} cannot be fetched: ${error.message} You can save the file as ${file} yourself.`;
        throw new LookonceError(error.code, message, { cause: error });
      }
      const problem = error instanceof PassingFailure ? error.message : connectionProblem(error);
      const pause = retryDelaysMs[attempt];
      if (pause === undefined || isHopeless(error)) throw unreachable(request, problem, error);
      onNotice?.(`${weights.name}: ${problem}; trying again`);
      await sleep(pause, undefined, { ...(signal && { signal }) });
    }
  }
}

/** Failures that a few seconds do not mend: no connection at all, no such host, a certificate. */
function isHopeless(error: unknown): boolean {
  return (
    !(error instanceof PassingFailure) &&
    /no such host|is there a connection|no network|refuses|not trusted|proxy asks/.test(connectionProblem(error))
  );
}

async function verify(request: Request, partial: PartialFile, sent: Checksum | undefined): Promise<void> {
  const { sha256, weights, url } = request;
  const wanted: Checksum[] = sent === undefined ? [] : [sent];
  if (sha256 !== undefined) wanted.push({ algorithm: "sha256", hex: sha256.toLowerCase(), from: "you" });
  for (const { algorithm, hex, from } of wanted) {
    const found = await hashOf(partial.path, algorithm);
    if (found === hex) continue;
    await partial.remove();
    const hashes = `its ${algorithm === "md5" ? "MD5" : "SHA-256"} is ${found}, and by ${from} it is ${hex}`;
    const what = `${weights.name} from ${url} is damaged or not what it should be`;
    throw new LookonceError("FORMAT", `${what}: ${hashes}. It was removed; try again.`);
  }
  const problem = await archiveProblem(partial.path);
  if (problem === undefined) return;
  const { size } = await stat(partial.path);
  await partial.remove();
  const what = `what came from ${url} (${megabytes(size)}) is no model`;
  throw new LookonceError("FORMAT", `${what}: ${problem}. It was removed.`);
}

function addressOf({ name, url }: PublishedWeights, mirror: string | undefined): string {
  if (mirror === undefined) return url;
  if (!URL.canParse(mirror) || !/^https?:$/.test(new URL(mirror).protocol)) {
    const example = "https://models.example.org/yolo";
    throw new LookonceError("ARGUMENT", `a mirror is an address such as ${example}, not "${mirror}".`);
  }
  return `${mirror.replace(/\/+$/, "")}/${name}`;
}

/** One sentence: what is missing, why it does not come, and what to do. */
function unreachable({ weights, url, file }: Request, problem: string, cause?: unknown): LookonceError {
  return new LookonceError(
    "IO",
    `${weights.name} is not here and cannot be fetched from ${new URL(url).host}: ${problem}. Fetch ${url} where there is a connection and save it as ${file}, or name a model that is here.`,
    { cause },
  );
}
