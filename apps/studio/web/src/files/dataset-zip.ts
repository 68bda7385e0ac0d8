import { strToU8, Unzip, UnzipInflate, Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { isLabeled, type Project } from "../project/project.ts";
import { yoloFiles } from "./yolo-files.ts";

/**
 * The data set as a zip file in YOLO's layout: all images, labels, the two lists and `data.yaml`. Images are stored as they
 * are, one in memory at a time.
 *
 * @param readImage reads an image's file by its name
 */
export async function datasetZip(project: Project, readImage: (name: string) => Promise<Blob>): Promise<Blob> {
  const parts: Blob[] = [];
  let failure: Error | undefined;
  // Without workers of its own, each piece is there when `push` returns
  const zip = new Zip((error, data) => {
    failure ??= error ?? undefined;
    // A Blob of its own: the browser may keep it on disk
    parts.push(new Blob([data as Uint8Array<ArrayBuffer>]));
  });
  for (const [path, text] of yoloFiles(project)) {
    const file = new ZipDeflate(path);
    zip.add(file);
    file.push(strToU8(text), true);
  }
  for (const { name } of project.images.filter(isLabeled)) {
    const file = new ZipPassThrough(`images/${name}`);
    zip.add(file);
    file.push(new Uint8Array(await (await readImage(name)).arrayBuffer()), true);
  }
  zip.end();
  if (failure !== undefined) throw failure;
  return new Blob(parts, { type: "application/zip" });
}

/** A file that was dropped, chosen, or is part of a zip file. */
export interface NamedBlob {
  path: string;
  blob: Blob;
}

/**
 * The files of a zip file.
 *
 * @param isWanted whether a file of that path is read at all
 * @throws Error when it is damaged
 */
export async function filesOfZip(zip: Blob, isWanted: (path: string) => boolean): Promise<NamedBlob[]> {
  const found: NamedBlob[] = [];
  let failure: Error | undefined;
  const unzip = new Unzip((file) => {
    if (file.name.endsWith("/") || !isWanted(file.name)) return;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    file.ondata = (error, data, final) => {
      if (error) failure = error;
      else pieces.push(data as Uint8Array<ArrayBuffer>);
      if (final) found.push({ path: file.name, blob: new Blob(pieces) });
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  const reader = zip.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    unzip.push(value ?? new Uint8Array(0), done);
    if (failure !== undefined) throw failure;
    if (done) return found;
  }
}
