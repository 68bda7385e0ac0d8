import type {} from "@fastify/swagger";
import type { FastifyPluginAsync } from "fastify";
import { listDatasets } from "./dataset-files.ts";

const datasets = {
  type: "object",
  properties: {
    datasets: {
      type: "array",
      items: { type: "object", properties: { id: { type: "string" }, file: { type: "string" } } },
    },
  },
} as const;

/** `/v1/datasets`: the data set files that jobs may use. */
export const datasetRoutes: FastifyPluginAsync<{ dataRoots: readonly string[] }> = async (app, { dataRoots }) => {
  app.get(
    "/v1/datasets",
    { schema: { tags: ["jobs"], summary: "Lists the data sets that jobs may use", response: { 200: datasets } } },
    async () => ({ datasets: await listDatasets(dataRoots) }),
  );
};
