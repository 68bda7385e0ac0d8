import type { FastifyInstance } from "fastify";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./app.ts";
import { temporaryFolder } from "./test-service.ts";

type Json = Readonly<Record<string, unknown>>;

let app: FastifyInstance;
let document: Json;
beforeAll(async () => {
  app = await createApp({ runsRoot: temporaryFolder(), workers: 1, log: "none" });
  const { info, ...rest } = (await app.inject("/openapi.json")).json<Json & { info: Json }>();
  // Of every release another
  document = { ...rest, info: { ...info, version: "0" } };
});
afterAll(() => app.close());

// `npm run generate` rewrites both files.
describe("the OpenAPI document", () => {
  it("is the one that @lookonce/client carries", async () => {
    await expect(`${JSON.stringify(document, undefined, 1)}\n`).toMatchFileSnapshot(
      "../../../packages/client/openapi.json",
    );
  });

  it("makes the types of @lookonce/client", async () => {
    const blob = ts.factory.createTypeReferenceNode("Blob");
    const nodes = await openapiTS(JSON.stringify(document), {
      transform: ({ format }) => (format === "binary" ? blob : undefined),
      silent: true,
    });
    const text = `// Generated from openapi.json by apps/server/src/openapi.test.ts: npm run generate rewrites it.\n\n${astToString(nodes)}`;
    await expect(text).toMatchFileSnapshot("../../../packages/client/src/generated/api.ts");
  });
});
