import { fileURLToPath } from "node:url";
import { didYouMean, LookonceError } from "@lookonce/errors";
import {
  basename,
  checkRegular,
  dirname,
  extname,
  isMissing,
  join,
  readdir,
  relative,
  resolve,
  type Stats,
  stat,
} from "@lookonce/files";
import { imageFrom } from "@lookonce/image";
import { kindOfFile } from "./file-kinds.ts";
import { fileName, relativeName } from "./file-name.ts";
import { ask } from "./link.ts";
import { listFolder, searchHint } from "./list-folder.ts";
import { isPattern, matchPattern } from "./match-pattern.ts";
import { readPipe } from "./named-pipe.ts";
import { readList } from "./read-list.ts";
import type { Origin, SourceEntry, SourceSettings } from "./source.ts";
import { linuxCamera, openCamera } from "./video/camera.ts";
import { addressInput, fileInput, liveSchemes } from "./video/video-input.ts";

interface Context {
  settings: SourceSettings;
  /** The entry's number in the list that it is in. */
  index: number;
  /** The list file that it is in. */
  list?: string | undefined;
}

/** What an entry stands for: one thing, or the several of a folder, a pattern or a list file. */
export interface Resolved {
  origins: Origin[];
  /** Whether it is one thing, whose fault is to be thrown. */
  single: boolean;
}

/** Finds out what an entry of a source is, from names alone: nothing is decoded or fetched. */
export async function resolveEntry(entry: SourceEntry, context: Context): Promise<Resolved> {
  if (typeof entry === "string" || typeof entry === "number") return resolveText(String(entry), context);
  if (entry instanceof URL) return resolveText(entry.href, context);
  if ("file" in entry) {
    const { path, name, file } = entry;
    return one({ ...fileOrigin(file, dirname(file)), path, name });
  }
  const [path, name] = [`image ${context.index}`, `image-${context.index}`];
  if (entry instanceof Blob) {
    const content = async (): Promise<Uint8Array> => new Uint8Array(await entry.arrayBuffer());
    return one({ kind: "image", path, name, content });
  }
  const content = entry instanceof Uint8Array ? entry : imageFrom(entry);
  return one({ kind: "image", path, name, content });
}

async function resolveText(text: string, context: Context): Promise<Resolved> {
  if (text === "")
    throw new LookonceError("ARGUMENT", "The source is empty; expected a path, an address or a pattern.");
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(text)) return resolveAddress(text, context);
  const { ffmpeg } = context.settings;
  if (/^\d+$/.test(text)) return one(await openCamera({ number: Number(text), ffmpeg }));
  if (/^\/dev\/video\d+$/.test(text)) return one(linuxCamera(text, basename(text)));
  const found = await locate(text, context);
  if (found !== undefined) return resolveFound(found, context);
  if (isPattern(text)) return resolvePattern(text, context);
  throw new LookonceError("NOT_FOUND", `There is no image or folder ${text}${await nearestHint(text)}`);
}

interface Found {
  path: string;
  facts: Stats;
}

/** The path if something is there; for an entry of a list file also seen from the list's folder. */
async function locate(text: string, { list }: Context): Promise<Found | undefined> {
  for (const path of list === undefined ? [text] : [text, join(dirname(list), text)]) {
    const facts = await factsOf(path);
    if (facts !== undefined) return { path, facts };
  }
  return undefined;
}

async function factsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new LookonceError("IO", `Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function resolveFound({ path, facts }: Found, context: Context): Promise<Resolved> {
  if (facts.isDirectory()) {
    const { files, folders } = await listFolder(path);
    if (folders.length > 0) context.settings.notify(searchHint(path, folders));
    return { origins: files.map((file) => fileOrigin(file, path)), single: false };
  }
  const name = fileName(basename(path));
  if (facts.isFIFO()) return one({ kind: "stream", path, name, stream: () => readPipe(path) });
  checkRegular(path, facts, { what: "image, video or list", maxBytes: Number.POSITIVE_INFINITY });
  if (kindOfFile(path) === "list") return resolveList(path, context);
  if (extname(path).toLowerCase() === ".streams") {
    throw new LookonceError("UNSUPPORTED", `${path}: several streams at once are not read; run one for each address.`);
  }
  return one(fileOrigin(path, dirname(path)));
}

/** An image or a video of a folder; what is neither by its name is tried as an image. */
function fileOrigin(path: string, base: string): Origin {
  const name = relativeName(relative(resolve(base), resolve(path)));
  const kind = kindOfFile(path);
  if (kind === "video" || kind === "playlist") {
    return { kind: "video", path, name, input: fileInput(path), file: path, live: false };
  }
  return { kind: "image", path, name, content: path };
}

async function resolvePattern(pattern: string, { list }: Context): Promise<Resolved> {
  const attempt = async (cwd: string): Promise<Resolved> => {
    const { base, files } = await matchPattern(pattern, cwd);
    return { origins: files.map((file) => fileOrigin(file, base)), single: false };
  };
  if (list === undefined) return attempt("");
  return attempt("").catch(() => attempt(dirname(list)));
}

async function resolveList(path: string, { settings, list }: Context): Promise<Resolved> {
  if (list !== undefined) {
    throw new LookonceError("UNSUPPORTED", `${path} is a list inside the list ${list}; lists cannot contain lists.`);
  }
  return { origins: await resolveAll(await readList(path), settings, { list: path }), single: false };
}

/** What entries of a list stand for, numbered from `index` on. One that leads nowhere is an error in its turn. */
export async function resolveAll(
  entries: readonly SourceEntry[],
  settings: SourceSettings,
  { index: first = 0, list }: Partial<Pick<Context, "index" | "list">> = {},
): Promise<Origin[]> {
  const origins: Origin[][] = [];
  for (const [i, entry] of entries.entries()) {
    const index = first + i;
    try {
      origins.push((await resolveEntry(entry, { settings, index, list })).origins);
    } catch (error) {
      if (!(error instanceof LookonceError)) throw error;
      const path = typeof entry === "string" ? entry : `image ${index}`;
      origins.push([{ kind: "image", path, name: `image-${index}`, content: () => Promise.reject(error) }]);
    }
  }
  return origins.flat();
}

function resolveAddress(address: string, context: Context): Promise<Resolved> | Resolved {
  if (!URL.canParse(address)) throw new LookonceError("ARGUMENT", `${address} is no valid address.`);
  const url = new URL(address);
  if (url.protocol === "file:") return resolveText(fileURLToPath(url), context);
  const name = linkName(url);
  if (liveSchemes.includes(url.protocol)) {
    return one({ kind: "video", path: address, name, input: liveInput(address, context), live: true });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    const known = ["http:", "https:", "file:", ...liveSchemes];
    throw new LookonceError(
      "ARGUMENT",
      `Addresses of ${url.protocol}// cannot be opened; known are ${known.join(" ")}${didYouMean(url.protocol, known)}`,
    );
  }
  const kind = kindOfFile(url.pathname);
  if (kind === "video" || kind === "playlist") {
    return one({ kind: "video", path: address, name, input: addressInput(address), live: kind === "playlist" });
  }
  if (kind !== "image") return one({ kind: "link", path: address, name });
  const { settings } = context;
  const content = async (): Promise<Uint8Array> => (await ask(address, settings)).read();
  return one({ kind: "image", path: address, name, content });
}

/** RTSP over TCP loses no packets; without a buffer of its own ffmpeg falls less behind. */
function liveInput(address: string, { settings }: Context): string[] {
  const transport = /^rtsps?:/i.test(address) ? ["-rtsp_transport", "tcp"] : [];
  const haste = settings.streamBuffer ? [] : ["-fflags", "nobuffer", "-flags", "low_delay"];
  return [...transport, ...haste, ...addressInput(address)];
}

/** The last part of an address's path, or its host. */
function linkName({ pathname, hostname }: URL): string {
  const last = pathname.split("/").filter(Boolean).at(-1);
  if (last === undefined) return fileName(hostname);
  try {
    return fileName(decodeURIComponent(last));
  } catch {
    return fileName(last);
  }
}

function one(origin: Origin): Resolved {
  return { origins: [origin], single: true };
}

async function nearestHint(path: string): Promise<string> {
  // Where the folder is missing, too, no name is near
  const siblings = await readdir(dirname(path)).catch(() => []);
  const hint = didYouMean(basename(path), siblings);
  return hint === "" ? ": check the path." : `.${hint}`;
}
