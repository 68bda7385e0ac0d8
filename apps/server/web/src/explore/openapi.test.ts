import { expect, it } from "vitest";
import { addressOf, curlOf, isFile, type OpenApiDocument, operationsOf, sampleOf } from "./openapi.ts";

const document: OpenApiDocument = {
  paths: {
    "/v1/jobs/{id}/artifacts/{*}": {
      get: {
        parameters: [
          { name: "id", in: "path", required: true },
          { name: "*", in: "path", required: true },
          { name: "download", in: "query" },
        ],
        responses: { 200: { description: "the file" } },
      },
    },
    "/v1/predict": {
      post: {
        operationId: "predict",
        tags: ["predict"],
        requestBody: { content: { "image/*": { schema: { type: "string", format: "binary" } } } },
      },
    },
  },
  components: { schemas: { Error: { type: "object", properties: { code: { type: "string" } } } } },
};

it("lists operations, and fills addresses in", () => {
  const [artifact, predict] = operationsOf(document);
  expect(predict).toMatchObject({ id: "predict", method: "POST", tag: "predict", bodies: [["image/*", {}]] });
  expect(isFile(predict?.bodies[0]?.[1] ?? {})).toBe(true);
  const values = { id: "a b", "*": "weights/best.pt", download: "", other: "1" };
  expect(artifact && addressOf(artifact, values)).toBe("/v1/jobs/a%20b/artifacts/weights/best.pt");
  expect(artifact && addressOf(artifact, { ...values, download: "1&2" })).toMatch(/\?download=1%262$/);
});

it("makes values that a schema allows", () => {
  const schema = {
    type: "object",
    required: ["images"],
    properties: {
      images: { type: "array", items: { type: "string" } },
      conf: { type: "number" },
      kind: { enum: ["a", "b"] },
      fault: { $ref: "#/components/schemas/Error" },
    },
  };
  expect(sampleOf(schema, document)).toEqual({ images: ["…"], conf: 0, kind: "a", fault: { code: "…" } });
  expect(sampleOf(schema, document, { required: true })).toEqual({ images: ["…"] });
  expect(sampleOf({ type: ["integer", "null"], examples: [7] }, document)).toBe(7);
});

it("writes command lines that a shell reads as they are meant", () => {
  const origin = "http://127.0.0.1:8080";
  expect(curlOf({ method: "GET", address: "/healthz", type: undefined, body: undefined }, origin, false)).toBe(
    "curl http://127.0.0.1:8080/healthz",
  );
  const json = { method: "POST", address: "/v1/models", type: "application/json", body: `{"file":"it's"}` };
  expect(curlOf(json, origin, true)).toBe(
    `curl http://127.0.0.1:8080/v1/models \\\n  -H "Authorization: Bearer $LOOKONCE_KEY" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"file":"it'\\''s"}'`,
  );
  const form = {
    method: "POST",
    address: "/v1/predict",
    type: "multipart/form-data",
    body: [["conf", "0.5"] as [string, string]],
  };
  expect(curlOf(form, origin, false)).toMatch(/-F conf=0\.5$/);
});
