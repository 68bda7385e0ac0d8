import { describe, expect, it } from "vitest";
import { jobOptionsSchema } from "../../../src/jobs/job-options.ts";
import { type JobDocument, jobOptions, trainingFields } from "./job-fields.ts";

function documentOf(options: object): JobDocument {
  const schema = { oneOf: [{ title: "train", properties: { options } }] };
  return {
    paths: { "/v1/jobs": { post: { requestBody: { content: { "application/json": { schema } } } } } },
  } as unknown as JobDocument;
}

const fields = trainingFields(documentOf(jobOptionsSchema("train")));

describe("trainingFields", () => {
  it("has a field for every option of the service, those with a name of their own first", () => {
    const common = fields.filter(({ isCommon }) => isCommon).map(({ label }) => label);
    expect(common.slice(0, 3)).toEqual(["Epochs", "Image size", "Batch"]);
    expect(fields.find(({ name }) => name === "mosaic")).toMatchObject({ kind: "number", min: 0, max: 1, step: "any" });
    expect(fields.find(({ name }) => name === "rect")).toMatchObject({ kind: "choice", choices: ["true", "false"] });
    expect(fields.find(({ name }) => name === "freeze")).toMatchObject({ kind: "list", placeholder: "default" });
    expect(fields.find(({ name }) => name === "epochs")).toMatchObject({ step: 1, placeholder: "100" });
    expect(fields.some(({ name }) => name === "hyp")).toBe(false);
  });

  it("has a field for an option that is added to the schema", () => {
    const added = { properties: { warp_gain: { type: "number", maximum: 1, description: "strength of the warp" } } };
    expect(trainingFields(documentOf(added))).toMatchObject([
      { name: "warp_gain", label: "warp_gain", help: "strength of the warp", kind: "number", max: 1 },
    ]);
  });
});

it("jobOptions asks for what was filled in alone, numbers as numbers", () => {
  const values = { epochs: "50", optimizer: "SGD", lr0: "0.01", seed: "", rect: "false", freeze: "0, 2" };
  expect(jobOptions(values, fields)).toEqual({ epochs: 50, optimizer: "SGD", lr0: 0.01, rect: false, freeze: [0, 2] });
});
