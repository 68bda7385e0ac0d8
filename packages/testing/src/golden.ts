import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeSafetensors } from "@lookonce/checkpoint";
import { describe, it } from "vitest";

/** The folder beside the repository of reference cases, images and weights; absent on most machines. */
const shared = fileURLToPath(new URL("../../../../shared/", import.meta.url));

/** The path of a file below the shared folder, e.g. `sharedPath("weights/yolov8n.pt")`. */
export function sharedPath(path: string): string {
  return `${shared}${path}`;
}

/** Whether the shared folder contains this file or folder. */
export function hasShared(path: string): boolean {
  return existsSync(sharedPath(path));
}

/** Numbers of a golden tensor: 64-bit integers and bytes come as plain numbers too. */
export interface GoldenTensor {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** Tensors of `golden/<path>` (a safetensors file) by name. */
export function goldenTensors(path: string): Record<string, GoldenTensor> {
  const { tensors } = decodeSafetensors(readFileSync(sharedPath(`golden/${path}`)), path);
  return Object.fromEntries(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: data instanceof Float32Array ? data : Int32Array.from(data as ArrayLike<number>, Number) },
    ]),
  );
}

/** The parsed JSON file `golden/<path>`. */
// biome-ignore lint/suspicious/noExplicitAny: each case has its own form; tests name the fields they read
export function goldenJson(path: string): any {
  return JSON.parse(readFileSync(sharedPath(`golden/${path}`), "utf8"));
}

/**
 * A block of tests that need files of the shared folder; where these are missing the block says so and is skipped.
 *
 * @param needs paths below the shared folder
 */
export function describeShared(name: string, needs: readonly string[], body: () => void): void {
  const missing = needs.filter((path) => !hasShared(path));
  if (missing.length === 0) describe(name, body);
  // The body is not run: it may read the files as it lists its tests.
  else describe(name, () => it.skip(`(skipped: ../shared/${missing[0]} is not here)`, () => undefined));
}

/** {@link describeShared} for cases below `golden/`. */
export function describeGolden(name: string, paths: readonly string[], body: () => void): void {
  describeShared(
    name,
    paths.map((path) => `golden/${path}`),
    body,
  );
}
