import { familySettings } from "@lookonce/config";
import type { FastifyInstance } from "fastify";
import { idPattern, type ModelRegistry } from "../models/model-registry.ts";
import { refusals } from "../schemas/error-schema.ts";

const orNull = (type: string): object => ({ type: [type, "null"] });

const modelProperties = {
  id: { type: "string" },
  file: { type: "string", description: "Relative to the folder of models that it is in" },
  family: { ...orNull("string"), description: `One of ${Object.keys(familySettings).join(", ")}` },
  nc: { ...orNull("integer"), description: "Number of classes" },
  names: { type: "array", items: { type: "string" }, description: "Class names by class number" },
  imgsz: { type: "integer", description: "Longer side that images are scaled to" },
  stride: orNull("integer"),
  branches: {
    type: "array",
    items: { type: "string" },
    description: "Branches of its head; nms=false uses one2one, which only some models have",
  },
  nms: { type: "boolean", description: "Whether duplicates are suppressed where requests do not say" },
  parameters: { ...orNull("integer"), description: "Null for exported models" },
  bytes: { type: "integer", description: "Memory of its weights in all workers" },
  loaded: { type: "boolean", description: "false while it is being loaded or unloaded" },
  default: { type: "boolean", description: "Whether requests that name no model mean it" },
} as const;

const modelSchema = { type: "object", required: Object.keys(modelProperties), properties: modelProperties } as const;

const byId = {
  type: "object",
  properties: { id: { type: "string", maxLength: 100, description: "A model of GET /v1/models" } },
} as const;

/** `/v1/models`: which models there are; loading and unloading them. */
export function modelRoutes(app: FastifyInstance, models: ModelRegistry): void {
  const tags = ["models"];
  const listSchema = {
    type: "object",
    description: "Models that are loaded, and files that could be",
    properties: {
      models: { type: "array", items: modelSchema },
      available: { type: "array", items: { type: "object", properties: { file: { type: "string" } } } },
    },
  };
  app.get(
    "/v1/models",
    {
      schema: { tags, operationId: "listModels", summary: "Lists models", response: { 200: listSchema, ...refusals } },
      config: { isPrediction: true },
    },
    async ({ mayOnlyPredict }) => ({
      models: models.list(),
      available: mayOnlyPredict ? [] : await models.available(),
    }),
  );

  const loadSchema = {
    type: "object",
    additionalProperties: false,
    required: ["file"],
    properties: {
      file: { type: "string", minLength: 1, maxLength: 1000, description: "A file in the service's folders of models" },
      id: { type: "string", pattern: idPattern, description: "1 to 64 letters, digits, dots, dashes or underscores" },
    },
  };
  app.post<{ Body: { file: string; id?: string } }>(
    "/v1/models",
    {
      schema: {
        ...{ tags, operationId: "loadModel", summary: "Loads a model in every worker", body: loadSchema },
        response: { 201: { description: "The model", ...modelSchema }, ...refusals },
      },
    },
    async ({ body }, reply) => {
      const model = await models.load(body.file, body.id);
      return reply
        .code(201)
        .header("location", `/v1/models/${encodeURIComponent(model.id)}`)
        .send(model);
    },
  );

  const detailsSchema = {
    ...modelSchema,
    description: "The model; with its layers (modules) and its head explained, where its file contains them",
    additionalProperties: true,
  };
  app.get<{ Params: { id: string } }>(
    "/v1/models/:id",
    {
      schema: {
        ...{ tags, operationId: "describeModel", summary: "Describes a model's layers and its head", params: byId },
        response: { 200: detailsSchema, ...refusals },
      },
      config: { isPrediction: true },
    },
    async ({ params }) => models.details(params.id),
  );

  app.delete<{ Params: { id: string } }>(
    "/v1/models/:id",
    {
      schema: {
        ...{ tags, operationId: "unloadModel", summary: "Unloads a model, after what waits for it", params: byId },
        response: { 204: { type: "null", description: "Unloaded" }, ...refusals },
      },
    },
    async ({ params }, reply) => {
      await models.unload(params.id);
      return reply.code(204).send();
    },
  );
}
