import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Checkpoint } from "../checkpoint.ts";
import { readCheckpoint } from "../read-checkpoint.ts";
import { encodeStateDict, saveStateDict } from "./encode.ts";

/** A Python with PyTorch; set LOOKONCE_PYTHON to name one that is not the first on the path. */
const python = process.env.LOOKONCE_PYTHON || "python3";
const hasTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

const folder = mkdtempSync(join(tmpdir(), "lookonce-torch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const checkpoint: Checkpoint = {
  tensors: new Map([
    ["model.0.conv.weight", { shape: [2, 1, 1, 3], data: Float32Array.of(0.1, -2, 3.5, 4, 1e-8, -0) }],
    ["model.0.bn.num_batches_tracked", { shape: [], data: BigInt64Array.of(123_456_789_012n) }],
    ["double", { shape: [2], data: Float64Array.of(0.1, -1e300) }],
    ["int", { shape: [1], data: Int32Array.of(-7) }],
    ["short", { shape: [1], data: Int16Array.of(-300) }],
    ["char", { shape: [2], data: Int8Array.of(-1, 2) }],
    ["byte", { shape: [1, 2], data: Uint8Array.of(255, 0) }],
    ["bool", { shape: [2], data: Uint8Array.of(1, 0), dtype: "BOOL" }],
    ["empty", { shape: [0, 3], data: new Float32Array(0) }],
  ]),
  config: { nc: 2, backbone: [[-1, 1, "Conv", [8, 3, 2]]], scale: "ñ", depth: 0.33, none: null, yes: true, no: false },
  names: ["cat", "chien 🐕"],
  nc: 2,
  stride: [8, 16, 32],
  metadata: { license: "CC0-1.0", epoch: 70_000, trainArgs: { lr0: 0.01, big: 2 ** 40, negative: -5, minus: -0.5 } },
};

const bytesOf = (given: Checkpoint, options?: { half?: boolean }): Uint8Array =>
  Buffer.concat(encodeStateDict(given, options));

describe("encodeStateDict", () => {
  it("writes what readCheckpoint reads, with all that is known of the model", () => {
    const { metadata, ...back } = readCheckpoint(bytesOf(checkpoint));
    const { metadata: given, ...rest } = checkpoint;
    expect(back).toEqual(rest);
    expect(metadata).toEqual({ source: "model", ...given });
    expect([...back.tensors.keys()]).toEqual([...checkpoint.tensors.keys()]);
  });

  it("writes single precision as half where that is asked for", () => {
    const { tensors } = readCheckpoint(bytesOf(checkpoint, { half: true }));
    expect(tensors.get("model.0.conv.weight")?.data).toEqual(Float32Array.of(0.0999755859375, -2, 3.5, 4, 0, -0));
    expect(tensors.get("double")?.data).toEqual(Float64Array.of(0.1, -1e300));
  });

  it("aligns every entry to a multiple of 64 bytes, as PyTorch does", () => {
    const bytes = bytesOf(checkpoint);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    let offset = 0;
    let entries = 0;
    for (; view.getUint32(offset, true) === 0x04034b50; entries++) {
      const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
      expect(start % 64).toBe(0);
      offset = start + view.getUint32(offset + 18, true);
    }
    expect(entries).toBe(checkpoint.tensors.size + 3);
  });

  it("writes the same bytes for the same content", () => {
    expect(bytesOf(checkpoint)).toEqual(bytesOf(checkpoint));
  });

  it("refuses tensors that cannot be written", () => {
    const of = (tensor: { shape: number[]; data: Float32Array | Uint16Array }): Checkpoint => ({
      tensors: new Map([["w", tensor]]),
      metadata: {},
    });
    expect(() => bytesOf(of({ shape: [3], data: new Float32Array(2) }))).toThrow(/"w" cannot be written: shape \[3\]/);
    expect(() => bytesOf(of({ shape: [2], data: new Uint16Array(2) }))).toThrow(/PyTorch has none/);
  });

  it.skipIf(!hasTorch)(
    `is read by torch.load(weights_only=True)${hasTorch ? "" : " (skipped: no Python with torch; set LOOKONCE_PYTHON)"}`,
    () => {
      const path = join(folder, "state.pt");
      saveStateDict(path, checkpoint);
      writeFileSync(
        join(folder, "read.py"),
        `
import json, sys, torch
for mmap in (False, True):
    state = torch.load(sys.argv[1], weights_only=True, mmap=mmap)
    assert type(state).__name__ == "OrderedDict", type(state)
print(json.dumps({
    "tensors": {k: [str(v.dtype), list(v.shape), v.flatten().tolist()] for k, v in state.items()},
    "names": state.names, "yaml": state.yaml, "stride": state.stride, "args": state.train_args, "epoch": state.epoch,
}))
`,
      );
      const { status, stdout, stderr } = spawnSync(python, [join(folder, "read.py"), path], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(status).toBe(0);
      const read = JSON.parse(stdout);
      expect(read.names).toEqual(checkpoint.names);
      expect(read.yaml).toEqual(checkpoint.config);
      expect(read.stride).toEqual(checkpoint.stride);
      expect(read.args).toEqual(checkpoint.metadata.trainArgs);
      expect(read.epoch).toBe(70_000);
      const types = ["float32", "int64", "float64", "int32", "int16", "int8", "uint8", "bool", "float32"];
      expect(Object.values(read.tensors).map((tensor) => (tensor as [string])[0])).toEqual(
        types.map((t) => `torch.${t}`),
      );
      for (const [name, [, shape, values]] of Object.entries(
        read.tensors as Record<string, [string, number[], number[]]>,
      )) {
        const tensor = checkpoint.tensors.get(name);
        expect(shape).toEqual(tensor?.shape);
        expect(values.map(Number)).toEqual(Array.from(tensor?.data as ArrayLike<number>, Number));
      }
    },
  );

  it("saveStateDict replaces a file whole", () => {
    const path = join(folder, "whole.pt");
    writeFileSync(path, "old");
    saveStateDict(path, checkpoint);
    expect(readFileSync(path)).toEqual(bytesOf(checkpoint));
  });
});
