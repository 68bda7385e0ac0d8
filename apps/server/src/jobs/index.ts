import type { FastifyPluginAsync } from "fastify";
import { datasetRoutes } from "../datasets/dataset-routes.ts";
import { runRoutes } from "../run-folders/run-routes.ts";
import type { JobsOptions } from "./jobs-options.ts";

export type { JobsOptions } from "./jobs-options.ts";

/** Trainings, validations and exports as jobs; their runs and the data sets they may use. */
export const jobsPlugin: FastifyPluginAsync<JobsOptions> = async (app, options) => {
  await app.register(runRoutes, options);
  await app.register(datasetRoutes, options);
};
