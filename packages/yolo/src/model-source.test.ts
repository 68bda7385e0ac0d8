import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveCheckpoint } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findModel } from "./model-source.ts";
import { YOLO } from "./yolo.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-source-"));
const cache = join(folder, "cache");
const offline = { fetch: { directory: cache, offline: true } };
let server: Server;
let mirror: string;
const asked: string[] = [];

/** As much of a checkpoint as is needed to be one. */
function writeWeights(file: string): void {
  saveCheckpoint(file, { tensors: new Map([["a", { shape: [1], data: new Float32Array(1) }]]), metadata: {} });
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const messageOf = (name: string, options: Parameters<typeof findModel>[1] = offline): Promise<string> =>
  findModel(name, options).then(
    () => "found",
    (error: Error) => error.message,
  );

describe("a name that is too long", () => {
  it.each(["", ".pt", ".onnx", ".json", ".yaml"])("of kind %j is no fault of lookonce", async (kind) => {
    const error: unknown = await findModel(`${"x".repeat(5000)}${kind}`, offline).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(LookonceError);
  });
});

describe("findModel", () => {
  it("finds published weights in the cache folder, by their short name", async () => {
    mkdirSync(cache, { recursive: true });
    writeWeights(join(cache, "yolov8n.pt"));
    const lines: string[] = [];
    for (const name of ["yolov8n.pt", "YOLOv8n.pt", "yolov8n"]) {
      const source = await findModel(name, { ...offline, log: (line) => lines.push(line) });
      expect(source).toMatchObject({ kind: "checkpoint", name: "yolov8n.pt" });
    }
    expect(lines).toEqual([]);
    // What is made of it lies in the current folder, not in the cache
    expect((await YOLO.load("yolov8n.pt", offline)).name).toBe("yolov8n.pt");
  });

  it("fetches them from the given mirror", async () => {
    const fetch = { directory: join(folder, "other"), mirror, retryDelaysMs: [] };
    expect(await messageOf("yolov8s.pt", { fetch })).toMatch(/yolov8s\.pt cannot be fetched: .*404/);
    expect(asked).toEqual(["/yolov8s.pt"]);
    expect(await messageOf("yolov8s.pt", { fetch: { ...fetch, offline: true } })).toMatch(
      /^yolov8s\.pt is not here and cannot be fetched from .*: downloads are switched off\. Fetch http\S+ where/,
    );
  });

  it("prefers a file that is here", async () => {
    const own = join(folder, "own");
    mkdirSync(own);
    const file = join(own, "yolov8n.safetensors");
    writeWeights(file);
    expect(await findModel(file, offline)).toMatchObject({ kind: "checkpoint", name: file });
    expect(asked).toHaveLength(1);
  });

  it("distinguishes model files, exported models and folders of them", async () => {
    expect(await findModel("yolov8n.yaml")).toMatchObject({ kind: "config" });
    const web = join(folder, "web_model");
    mkdirSync(web);
    writeFileSync(join(web, "model.json"), "{}");
    for (const name of [web, join(web, "model.json")]) {
      expect(await findModel(name)).toEqual({ kind: "tfjs", name: join(web, "model.json") });
    }
    const onnx = join(folder, "a.onnx");
    writeFileSync(onnx, "");
    expect(await findModel(onnx)).toEqual({ kind: "onnx", name: onnx });
  });

  it("guesses what was meant", async () => {
    expect(await messageOf("yolov8nn.pt")).toMatch(/there is no model yolov8nn\.pt\. Did you mean "yolov8n\.pt"\?/);
    expect(await messageOf("yolo8s.pt")).toContain('"yolov8s.pt"');
    expect(await messageOf("yolov8n.yml")).toMatch(/those of this family are .*Did you mean "yolov8n\.yaml"\?/);
    const models = join(folder, "models");
    mkdirSync(models);
    writeFileSync(join(models, "pets-best.pt"), "");
    writeFileSync(join(models, "cars.onnx"), "");
    expect(await messageOf(join(models, "pet-best.pt"))).toContain('Did you mean "pets-best.pt"?');
    expect(await messageOf(join(models, "zzzzzzzzzzzz.onnx"))).toContain(`In ${models} are cars.onnx, pets-best.pt.`);
    expect(await messageOf(join(models, "yolov8n.pt"))).toContain(
      "Without a folder, as yolov8n.pt, it is fetched from its publisher.",
    );
  });

  it("says what a folder or another program's file is", async () => {
    const run = join(folder, "train");
    mkdirSync(join(run, "weights"), { recursive: true });
    writeFileSync(join(run, "weights", "best.safetensors"), "");
    expect(await messageOf(run)).toContain(`The best weights of that training are ${join(run, "weights")}`);
    expect(await messageOf("yolov8n.engine")).toMatch(/is a model for TensorRT, which is not read: expected \.pt/);
    expect(await messageOf("image.jpg")).toMatch(/^image\.jpg is no model: expected/);
    expect(readFileSync(join(run, "weights", "best.safetensors"), "utf8")).toBe("");
  });
});
