import { readClassFolders } from "./class-folders.ts";
import { type DatasetConfig, readDatasetFile } from "./dataset-config.ts";
import { isFolder } from "./find-images.ts";

/**
 * Reads what a data set has: a file, see `readDatasetFile`, or a folder of classes, see `readClassFolders`.
 *
 * @throws LookonceError `NOT_FOUND` without either, `FORMAT` when the file is no YAML map, `DATA` when keys contradict or the
 *   folder has no classes
 */
export async function readDatasetConfig(path: string): Promise<DatasetConfig> {
  return (await isFolder(path)) ? readClassFolders(path) : readDatasetFile(path);
}
