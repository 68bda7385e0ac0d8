import { extname } from "node:path";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { confineToAny } from "../paths/confine.ts";
import { listFiles } from "../paths/list-files.ts";

/** A data set that jobs may use. */
export interface DatasetFile {
  /** The file's name below its root, without its ending. */
  id: string;
  /** With its ending. */
  file: string;
}

const endings = [".yaml", ".yml"];

/** The data set files of some folders; of two with one name, the first folder's. */
export async function listDatasets(roots: readonly string[]): Promise<DatasetFile[]> {
  const only = (name: string): boolean => endings.includes(extname(name));
  const listed = await Promise.all(roots.map((root) => listFiles(root, { only })));
  const names = [...new Set(listed.flat().map(({ name }) => name))];
  return names.map((file) => ({ id: file.slice(0, -extname(file).length), file }));
}

/**
 * The path of a data set file, by its name with or without ending.
 *
 * @throws LookonceError `NOT_FOUND` when there is none, which is also said of files elsewhere on the machine
 */
export async function findDataset(roots: readonly string[], name: string): Promise<string> {
  for (const candidate of [name, ...endings.map((ending) => `${name}${ending}`)]) {
    const found = confineToAny(roots, candidate);
    if (found !== undefined && endings.includes(extname(found))) return found;
  }
  const known = await listDatasets(roots);
  const hint = didYouMean(
    name,
    known.flatMap(({ id, file }) => [id, file]),
  );
  throw new LookonceError("NOT_FOUND", `there is no data set "${name}"; GET /v1/datasets lists them.${hint}`);
}
