import type {} from "@fastify/swagger";
import type { FastifyPluginAsync } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { confine, withoutRoots } from "../paths/confine.ts";
import { sendFile } from "../paths/send-file.ts";
import { isRun, listRuns, readRun } from "./run-files.ts";

const best = {
  type: "object",
  description: "scores of the fittest epoch",
  properties: {
    epoch: { type: "integer" },
    map50: { type: "number" },
    map50_95: { type: "number" },
    fitness: { type: "number" },
  },
} as const;

const summary = {
  name: { type: "string" },
  created: { type: "string", format: "date-time" },
  epochs: { type: "integer", description: "epochs that were finished" },
  best,
} as const;

const runsSchema: object = {
  type: "object",
  properties: { runs: { type: "array", items: { type: "object", properties: summary } } },
};

const runSchema: object = {
  type: "object",
  properties: {
    ...summary,
    args: { type: "object", additionalProperties: true, description: "the contents of args.yaml" },
    columns: { type: "array", items: { type: "string" }, description: "columns of results.csv" },
    rows: { type: "array", items: { type: "array", items: { type: ["number", "null"] } } },
    images: { type: "array", items: { type: "string" }, description: "names for /v1/runs/{name}/files/" },
  },
};

export interface RunRoutesOptions {
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
    throw new HttpError(404, "NOT_FOUND", `There is no run "${name}"; GET /v1/runs lists them.`);
  }
  return folder;
}

function forOutside(args: Readonly<Record<string, unknown>>, roots: readonly string[]): Record<string, unknown> {
  const shown = (value: unknown): unknown => (typeof value === "string" ? withoutRoots(value, roots) : value);
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, shown(value)]));
}
