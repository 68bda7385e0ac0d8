import type {} from "@fastify/swagger";
import type { FastifyPluginAsync } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { confine, withoutRoots } from "../paths/confine.ts";
import { sendFile } from "../paths/send-file.ts";
import { isRun, listRuns, readRun } from "./run-files.ts";
import { runSchema, runsSchema } from "./run-schemas.ts";

/** What the routes of runs work with. */
export interface RunRoutesOptions {
  /** Folder of runs. */
  runsRoot: string;
  /** All folders of the service: paths in them are reported without them. */
  roots: readonly string[];
}

/** `/v1/runs`: the runs of a folder, whoever made them, with curves and files. */
export const runRoutes: FastifyPluginAsync<RunRoutesOptions> = async (app, { runsRoot, roots }) => {
  const tags = ["runs"];
  app.get(
    "/v1/runs",
    { schema: { tags, summary: "Lists runs, newest first", response: { 200: runsSchema } } },
    async () => ({
      runs: await listRuns(runsRoot),
    }),
  );

  app.get<{ Params: { name: string } }>(
    "/v1/runs/:name",
    { schema: { tags, summary: "Returns a run's settings, curves and images", response: { 200: runSchema } } },
    async ({ params }) => {
      const run = await readRun(folderOf(runsRoot, params.name), params.name);
      return { ...run, args: forOutside(run.args, roots) };
    },
  );

  app.get<{ Params: { name: string; "*": string } }>(
    "/v1/runs/:name/files/*",
    { schema: { tags, summary: "Returns a file of a run: weights, results.csv, images" } },
    async (request, reply) => {
      const { name, "*": file } = request.params;
      return sendFile(request, reply, { folder: folderOf(runsRoot, name), name: file });
    },
  );
};

/** @throws HttpError 404 for anything but the name of a run */
function folderOf(root: string, name: string): string {
  const folder = confine(root, name);
  if (folder === undefined || !isRun(folder)) {
    throw new HttpError(404, { code: "NOT_FOUND", message: `There is no run "${name}"; GET /v1/runs lists them.` });
  }
  return folder;
}

function forOutside(args: Readonly<Record<string, unknown>>, roots: readonly string[]): Record<string, unknown> {
  const shown = (value: unknown): unknown => (typeof value === "string" ? withoutRoots(value, roots) : value);
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, shown(value)]));
}
