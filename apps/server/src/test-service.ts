import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { tinyModelYaml } from "@lookonce/testing";
import { saveModel } from "@lookonce/trainer";
import * as tf from "@tensorflow/tfjs-core";
import type { FastifyInstance } from "fastify";
import { afterAll } from "vitest";
import { createApp } from "./app.ts";
import type { ServerSettings } from "./settings.ts";

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-server-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the weights of a tiny detector with the classes cat, dog and bird. @param more lines of its model file */
export async function writeTinyWeights(path: string, seed = 1, more = ""): Promise<void> {
  if (tf.getBackend() !== "onnxruntime") {
    await registerOnnxRuntime();
    await tf.setBackend("onnxruntime");
  }
  const config = parseModelConfig(tinyModelYaml({ layers: [8, 8, 16, 16], levels: 2 }) + more, { name: "tiny" });
  const model = new DetectionModel(config, { rng: new Random(seed), names: ["cat", "dog", "bird"] }).eval();
  await saveModel(path, model, {});
  model.dispose();
}

/** A service for tests: small images, one worker, folders of its own with `models/tiny.safetensors`, which it begins with. */
export async function testService(
  settings: ServerSettings = {},
): Promise<{ app: FastifyInstance; folder: string; models: string }> {
  const folder = temporaryFolder();
  const models = join(folder, "models");
  mkdirSync(models);
  mkdirSync(join(folder, "runs"));
  const tiny = join(models, "tiny.safetensors");
  await writeTinyWeights(tiny);
  const app = await createApp({
    ...{ models: [tiny], modelRoots: [models], runsRoot: join(folder, "runs"), imgsz: 64, maxImgsz: 128 },
    ...{ workers: 1, threads: 1, log: "errors", rate: 0 },
    ...settings,
  });
  afterAll(() => app.close());
  return { app, folder, models };
}

/** Makes a service listen on a free port of this machine and returns its address. */
export function listen(app: FastifyInstance): Promise<string> {
  return app.listen({ host: "127.0.0.1", port: 0 });
}

/** The body of a form with images and fields. */
export function formOf(images: readonly Uint8Array[], fields: Readonly<Record<string, string>> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [i, image] of images.entries()) form.append("image", new Blob([image as BlobPart]), `${i}.png`);
  return form;
}

/** Numbers of this process's child processes. Linux only. */
export function childProcesses(): number[] {
  const lists = readdirSync("/proc/self/task").map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/children`, "latin1");
    } catch {
      // A thread that has ended meanwhile
      return "";
    }
  });
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}
