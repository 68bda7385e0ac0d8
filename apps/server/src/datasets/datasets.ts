import { extname } from "node:path";
import type {} from "@fastify/swagger";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { FastifyPluginAsync } from "fastify";
import { confineFile } from "../paths/confine.ts";
import { listFiles } from "../paths/list-files.ts";

/** A data set that jobs may use: its file's name below its root, without and with its ending. */
export interface DatasetFile {
  id: string;
  file: string;
}

const endings = [".yaml", ".yml"];

/** The data set files of some folders; of two with one name, the first folder's. */
async function listDatasets(roots: readonly string[]): Promise<DatasetFile[]> {
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
  const found = confineFile(roots, name, endings);
  if (found !== undefined) return found;
  const known = (await listDatasets(roots)).flatMap(({ id, file }) => [id, file]);
  const hint = didYouMean(name, known);
  throw new LookonceError("NOT_FOUND", `there is no data set "${name}"; GET /v1/datasets lists them.${hint}`);
}

const properties = { id: { type: "string" }, file: { type: "string" } };
const answer = {
  type: "object",
  properties: { datasets: { type: "array", items: { type: "object", properties } } },
} as const;

/** `/v1/datasets`: the data set files that jobs may use. */
export const datasetRoutes: FastifyPluginAsync<{ dataRoots: readonly string[] }> = async (app, { dataRoots }) => {
  app.get(
    "/v1/datasets",
    { schema: { tags: ["jobs"], summary: "Lists the data sets that jobs may use", response: { 200: answer } } },
    async () => ({ datasets: await listDatasets(dataRoots) }),
  );
};
