import {
  basename,
  createHash,
  dirname,
  join,
  type OpenFile,
  open,
  type Stats,
  stat,
  textOf,
  writeWhole,
} from "@lookonce/files";
import type { Image } from "@lookonce/image";
import { imageBytes } from "./memory-cache.ts";

/** `LKNCPIC1`, size and modification time (ms) of the source as doubles, width and height as 32 bits; little endian. */
const magic = "LKNCPIC1";
const headerBytes = 32;

/** Where images are kept and in which form. */
export interface DiskCacheSettings {
  /** The folder; without it, `.lookonce-cache` beside each image. */
  directory?: string;
  /** Distinguishes images resized in different ways; part of the file names. */
  form: string;
}

/** What differs between two states of a source file. */
type SourceState = Pick<Stats, "size" | "mtimeMs">;

/** The file that keeps an image. Images of several folders do not meet in one directory. */
export function cacheFile(path: string, { directory, form }: DiskCacheSettings): string {
  const name = `${basename(path)}.${form}.rgb`;
  if (directory === undefined) return join(dirname(path), ".lookonce-cache", name);
  return join(directory, createHash("sha256").update(dirname(path)).digest("hex").slice(0, 16), name);
}

/**
 * Resized images on disk, uncompressed. An image whose source has another size or modification time than when it was kept
 * is read anew. Files appear whole or not at all, whoever writes at the same time.
 */
export class DiskCache {
  readonly #settings: DiskCacheSettings;
  #failure: string | undefined;
  #canWrite = true;

  constructor(settings: DiskCacheSettings) {
    this.#settings = settings;
  }

  /** Returns why nothing more is written, once. */
  takeFailure(): string | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  /** Returns the image kept for a source, or what `read` returns, which is then kept. */
  async through(path: string, read: () => Promise<Image | undefined>): Promise<Image | undefined> {
    const source = await stat(path).catch(() => undefined);
    // readers say what is wrong with a missing file better than this can
    if (source === undefined) return read();
    const file = cacheFile(path, this.#settings);
    const kept = await readKept(file, source);
    if (kept !== undefined) return kept;
    const image = await read();
    if (image !== undefined && this.#canWrite) await this.#write(file, source, image);
    return image;
  }

  async #write(file: string, source: SourceState, image: Image): Promise<void> {
    try {
      await writeWhole(file, [header(source, image), image.data], { flush: false });
    } catch (error) {
      this.#canWrite = false;
      this.#failure = `cache disk: ${(error as Error).message} Going on without keeping more.`;
    }
  }
}

function header({ size, mtimeMs }: SourceState, { width, height }: Image): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setFloat64(8, size, true);
  view.setFloat64(16, mtimeMs, true);
  view.setUint32(24, width, true);
  view.setUint32(28, height, true);
  return bytes;
}

/** The image in a file of the cache, unless there is none, it is not whole, or its source has changed. */
async function readKept(file: string, source: SourceState): Promise<Image | undefined> {
  let handle: OpenFile;
  try {
    handle = await open(file);
  } catch {
    return undefined;
  }
  try {
    const head = new Uint8Array(headerBytes);
    const view = new DataView(head.buffer);
    const { bytesRead } = await handle.read(head, 0, headerBytes, 0);
    if (bytesRead < headerBytes || textOf(head.subarray(0, 8)) !== magic) return undefined;
    if (view.getFloat64(8, true) !== source.size || view.getFloat64(16, true) !== source.mtimeMs) return undefined;
    const [width, height] = [view.getUint32(24, true), view.getUint32(28, true)];
    const bytes = imageBytes({ width, height });
    if ((await handle.stat()).size !== headerBytes + bytes) return undefined;
    const data = new Uint8Array(bytes);
    const read = await handle.read(data, 0, bytes, headerBytes);
    return read.bytesRead === bytes ? { data, width, height } : undefined;
  } catch {
    // a cache that cannot be read is a cache that is not there
    return undefined;
  } finally {
    await handle.close();
  }
}
