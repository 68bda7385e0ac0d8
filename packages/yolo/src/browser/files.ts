import type { FileEntry } from "./host.ts";
import { pageWorker, type YoloWorker } from "./yolo-worker.ts";

/** Which worker reads and writes. Default: the page's own. */
export interface FilesOptions {
  worker?: YoloWorker;
}

/** The files that models, data sets and trainings are read from and written to: those of the page's origin, by POSIX paths. */
export const files = {
  /** Writes a file whole; folders on its way are made. @throws LookonceError `IO` when it cannot be stored, saying what to do */
  write(
    path: string,
    content: string | Uint8Array | Blob,
    { worker = pageWorker() }: FilesOptions = {},
  ): Promise<void> {
    return worker.call((host) => host.write(path, content));
  },
  /** Adds a file, unread and not stored: it is there as long as the worker. */
  add(path: string, file: Blob, { worker = pageWorker() }: FilesOptions = {}): Promise<void> {
    return worker.call((host) => host.add(path, file));
  },
  /** Reads a file. @throws LookonceError `NOT_FOUND` when there is none */
  read(path: string, { worker = pageWorker() }: FilesOptions = {}): Promise<Blob> {
    return worker.call((host) => host.read(path));
  },
  /** Lists what is in a folder. @throws LookonceError `NOT_FOUND` when there is none */
  list(folder: string, { worker = pageWorker() }: FilesOptions = {}): Promise<FileEntry[]> {
    return worker.call((host) => host.list(folder));
  },
  /** Removes a file, or a folder with all that is in it. */
  remove(path: string, { worker = pageWorker() }: FilesOptions = {}): Promise<void> {
    return worker.call((host) => host.remove(path));
  },
};
