import { LookonceError } from "@lookonce/errors";
import { basename, extname, relative, sep } from "@lookonce/files";
import { readImageSize, type Size } from "@lookonce/image";
import { isFolder, listFolder } from "../find-images.ts";
import { nearestName } from "../nearest-name.ts";

/** Finds the images that annotations speak of in a folder, by their path in it or by their name alone. */
export class ImageIndex {
  readonly #paths: ReadonlyMap<string, string>;
  #stems: ReadonlyMap<string, string> | undefined;

  private constructor(paths: ReadonlyMap<string, string>) {
    this.#paths = paths;
  }

  /** @throws LookonceError `NOT_FOUND` without the folder */
  static async of(folder: string): Promise<ImageIndex> {
    if (!(await isFolder(folder))) {
      throw new LookonceError("NOT_FOUND", `There is no folder of images ${folder}.${await nearestName(folder)}`);
    }
    const files = await listFolder(folder);
    const paths = new Map(files.map((file) => [basename(file), file]));
    for (const file of files) paths.set(relative(folder, file).split(sep).join("/"), file);
    return new ImageIndex(paths);
  }

  /** The file, or `undefined`. */
  find(name: string): string | undefined {
    return this.#paths.get(safeName(name)) ?? this.#paths.get(basename(safeName(name)));
  }

  /** The file of this name with any extension, or `undefined`. */
  findStem(stem: string): string | undefined {
    this.#stems ??= new Map([...this.#paths.values()].map((file) => [basename(file, extname(file)), file]));
    return this.#stems.get(stem);
  }
}

/** A name from an annotation file as a path that stays below the folder it is written to. */
export function safeName(name: string): string {
  const parts = name.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
  return parts.includes("..") || /^[A-Za-z]:/.test(name) ? (parts.at(-1) ?? "") : parts.join("/");
}

/** The size that annotations say, or the file's where they do not. */
export async function sizeOf(
  { width, height }: Size,
  file: string | Uint8Array | undefined,
): Promise<Size | undefined> {
  if (width > 0 && height > 0) return { width, height };
  return file === undefined ? undefined : readImageSize(file).catch(() => undefined);
}
