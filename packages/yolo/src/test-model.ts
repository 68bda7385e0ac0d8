import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint, saveCheckpoint } from "@lookonce/checkpoint";
import { tinyModelYaml } from "@lookonce/testing";
import { afterAll } from "vitest";

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-facade-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes the model file of a tiny detector and returns its path. */
export function writeTinyModel(folder: string): string {
  const path = join(folder, "tiny-v8.yaml");
  writeFileSync(path, tinyModelYaml());
  return path;
}

/** Writes the model file of a tiny detector with anchors and returns its path. */
export function writeTinyAnchorModel(folder: string): string {
  const path = join(folder, "tiny-v5.yaml");
  const anchors = [
    [8, 8, 12, 20],
    [30, 20, 50, 50],
  ];
  writeFileSync(path, tinyModelYaml({ layers: [8, 8, 16, 16], anchors }));
  return path;
}

/**
 * Makes the model of a file of weights detect something: in a fresh network's maps hardly anything is left of the image,
 * its confidences are all alike, and rounding decides which box is the best.
 */
export function makeDecided(path: string): void {
  const checkpoint = readCheckpoint(path);
  for (const [name, { data, shape }] of checkpoint.tensors) {
    if (/\.(cv3\.\d+\.2|m\.\d+)\.bias$/.test(name)) data.fill(0 as never);
    if (shape.length !== 4 || name.includes("dfl") || !(data instanceof Float32Array)) continue;
    const inputs = data.length / (shape[0] as number);
    const deviation = Math.hypot(...data) / Math.sqrt(data.length);
    for (let i = 0; i < data.length; i++) data[i] = ((data[i] as number) * 2) / (deviation * Math.sqrt(inputs));
  }
  saveCheckpoint(path, checkpoint);
}
