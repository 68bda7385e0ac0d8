import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import type { FullSettings } from "./settings.ts";
import { version } from "./version.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Bodies by content type, where Fastify itself does not read them by schema. */
    bodies?: object;
    /** Schema of parameters in the address, where the route itself reads them. */
    parameters?: object;
  }
}

/** Describes all routes that are added after this, at `/openapi.json`. */
export async function openApi(app: FastifyInstance, { key, predictKey }: FullSettings): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "lookonce",
        description: "Object detection: finds objects in images, trains, validates and exports detectors.",
        version,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" } as { name: string },
      },
      tags: [
        { name: "predict", description: "Objects in images" },
        { name: "track", description: "Objects with identities, in videos and in sessions of frames" },
        { name: "models", description: "Detectors that are loaded" },
        { name: "jobs", description: "Trainings, validations and exports" },
        { name: "queue", description: "Workers and jobs of the queue that jobs are handed over to" },
        { name: "runs", description: "What trainings left: curves, images, weights" },
        { name: "service", description: "Health and measurements" },
      ],
      components: {
        securitySchemes: {
          key: { type: "http", scheme: "bearer", description: "The API key that may do everything" },
          predictKey: { type: "http", scheme: "bearer", description: "The API key that may only predict" },
        },
      },
      ...(key !== undefined ? { security: [{ key: [] }] } : {}),
    },
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, i) => String($id ?? `schema-${i}`) },
    transform: ({ schema, url, route }) => {
      const { bodies, parameters, isPublic, isPrediction } = route.config ?? {};
      const own = schema as FastifySchema | undefined;
      const shown: Record<string, unknown> = { ...own };
      if (bodies !== undefined) shown.body = { content: bodies };
      if (parameters !== undefined) shown.querystring = parameters;
      if (isPrediction === true && predictKey !== undefined) shown.security = [{ key: [] }, { predictKey: [] }];
      if (isPublic === true) shown.security = [];
      return { schema: shown as FastifySchema, url };
    },
  });
  app.get("/openapi.json", { config: { isPublic: true }, schema: { hide: true } }, async () => app.swagger());
}
