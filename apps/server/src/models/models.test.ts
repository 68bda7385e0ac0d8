import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { pngFile } from "../test-png.ts";
import { testService, writeTinyWeights } from "../test-service.ts";
import type { ListedModel, ModelDetails } from "./model-registry.ts";

const { app, models } = await testService({ maxModels: 2 });
await writeTinyWeights(join(models, "other.safetensors"), 2);

type Answer = {
  models: ListedModel[];
  available: { file: string }[];
  error?: { code: string; message: string };
} & ModelDetails;

async function ask(method: "GET" | "POST" | "DELETE", url: string, body?: object): Promise<[number, Answer]> {
  const answer = await app.inject({ method, url, ...(body === undefined ? {} : { body }) });
  return [answer.statusCode, (answer.body === "" ? {} : answer.json()) as Answer];
}

const predict = async (query = ""): Promise<[number, unknown]> => {
  const headers = { "content-type": "image/png" };
  const body = pngFile({ width: 64, height: 64 });
  const answer = await app.inject({ method: "POST", url: `/v1/predict?conf=0&max_det=2${query}`, headers, body });
  return [answer.statusCode, answer.json().images?.[0].boxes ?? answer.json().error.message];
};

describe("/v1/models of folders that are named from where the service runs", () => {
  it("lists files by names that they can be loaded by, and none that is loaded", async () => {
    const folder = relative(process.cwd(), models);
    const { app } = await testService({ modelRoots: [], runsRoot: folder, models: [join(folder, "tiny.safetensors")] });
    const files = async () => {
      const { models: loaded, available }: Answer = (await app.inject("/v1/models")).json();
      return [loaded, available].map((list) => list.map(({ file }) => file));
    };
    mkdirSync(join(models, "train"));
    await writeTinyWeights(join(models, "train", "best.safetensors"));
    expect(await files()).toEqual([["tiny.safetensors"], ["other.safetensors", "train/best.safetensors"]]);
    const body = { file: "train/best.safetensors" };
    expect((await app.inject({ method: "POST", url: "/v1/models", body })).statusCode).toBe(201);
    expect(await files()).toEqual([["tiny.safetensors", "train/best.safetensors"], ["other.safetensors"]]);
    rmSync(join(models, "train"), { recursive: true });
  });
});

describe("/v1/models", () => {
  it("lists what is loaded and what could be", async () => {
    const [status, { models: loaded, available }] = await ask("GET", "/v1/models");
    expect(status).toBe(200);
    expect(loaded).toEqual([
      {
        ...{ id: "tiny", file: "tiny.safetensors", family: "v8", nc: 3, names: ["cat", "dog", "bird"], imgsz: 64 },
        ...{ branches: ["one2many"], nms: true },
        ...{ stride: 16, parameters: expect.any(Number), bytes: expect.any(Number), loaded: true, default: true },
      },
    ]);
    expect(loaded[0]?.bytes).toBe(4 * (loaded[0]?.parameters as number));
    expect(available).toEqual([{ file: "other.safetensors" }]);
  });

  it("loads, asks and unloads another, which becomes the default one when it is left alone", async () => {
    const [status, model] = await ask("POST", "/v1/models", { file: "other.safetensors", id: "second" });
    expect([status, model]).toMatchObject([201, { id: "second", loaded: true, default: false }]);
    const [[, first], [, second]] = [await predict(), await predict("&model=second")];
    expect(first).not.toEqual(second);
    expect((await ask("DELETE", "/v1/models/tiny"))[0]).toBe(204);
    expect(await predict()).toEqual([200, second]);
    expect(await predict("&model=tiny")).toEqual([404, 'There is no model "tiny". There are second.']);
    expect((await ask("POST", "/v1/models", { file: "tiny" }))[1]).toMatchObject({ id: "tiny", default: false });
    expect(await predict("&model=tiny")).toEqual([200, first]);
  });

  it("describes a model's layers and its head", async () => {
    const [status, details] = await ask("GET", "/v1/models/second");
    expect(status).toBe(200);
    expect(details).toMatchObject({
      id: "second",
      layers: 5,
      head: { family: "v8", nc: 3 },
      strides: [8, 16],
      imgsz: 64,
    });
    expect(details.modules).toHaveLength(5);
    expect(details.modules[0]).toMatchObject({ index: 0, shape: [32, 32, 8] });
  });

  it.each([
    ["GET", "/v1/models/nope", undefined, 404, /There is no model "nope"/],
    ["DELETE", "/v1/models/nope", undefined, 404, /There is no model "nope"/],
    ["POST", "/v1/models", {}, 400, /^The body must have "file"\.$/],
    ["POST", "/v1/models", { file: "tiny", name: "x" }, 400, /no parameter "name"/],
    ["POST", "/v1/models", { file: "tiny", id: "../x" }, 400, /^"id" must be 1 to 64 letters/],
    ["POST", "/v1/models", { file: "tini.safetensors" }, 404, /Did you mean "tiny\.safetensors"\?/],
    ["POST", "/v1/models", { file: "other", id: "second" }, 409, /There is a model "second" already/],
    ["POST", "/v1/models", { file: "other", id: "third" }, 409, /2 models are loaded, which is the most/],
    ["POST", "/v1/models", { file: "yolov8n.yaml" }, 400, /has no weights to predict with/],
  ] as const)("%s %s with %j is refused", async (method, url, body, status, message) => {
    const [given, { error }] = await ask(method, url, body);
    expect([given, error?.message]).toEqual([status, expect.stringMatching(message)]);
  });
});
