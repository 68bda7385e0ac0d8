import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { afterAll, describe, expect, it } from "vitest";
import type { Checkpoint } from "../checkpoint.ts";
import { readCheckpoint } from "../read-checkpoint.ts";
import type { StoredTensor } from "../tensor.ts";
import { errorOf } from "../test-pickles.ts";
import { decodeSafetensors } from "./decode.ts";
import { encodeSafetensors, readSafetensors, writeSafetensors } from "./encode.ts";
import { saveCheckpoint } from "./metadata.ts";

const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors = new Map<string, StoredTensor>([
  ["byte", { shape: [3], data: new Uint8Array([1, 2, 255]) }],
  ["bool", { shape: [2], data: new Uint8Array([1, 0]), dtype: "BOOL" }],
  ["float", { shape: [2, 2], data: new Float32Array([1, -2.5, 3e-30, Number.NaN]) }],
  ["long", { shape: [], data: new BigInt64Array([-5n]) }],
  ["int", { shape: [1], data: new Int32Array([-7]) }],
  ["short", { shape: [1], data: new Int16Array([-7]) }],
  ["char", { shape: [1], data: new Int8Array([-7]) }],
  ["unsigned", { shape: [1], data: new Uint16Array([65535]) }],
  ["double", { shape: [1], data: new Float64Array([Math.PI]) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
  ["part", { shape: [2], data: new Float32Array([0, 1, 2, 3]).subarray(1, 3) }],
]);

/** A safetensors file from its header. */
function file(header: unknown, data = new Uint8Array(8)): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text), data]);
}

describe("safetensors", () => {
  it("brings every element type back", () => {
    const back = decodeSafetensors(encodeSafetensors(tensors, { note: "é" }));
    expect(back.metadata).toEqual({ note: "é" });
    expect(Object.fromEntries(back.tensors)).toEqual(Object.fromEntries(tensors));
  });

  it("is laid out as the format says: padded header, aligned data, no gaps", () => {
    const bytes = encodeSafetensors(tensors);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header: Record<string, { dtype: string; data_offsets: [number, number] }> = JSON.parse(
      Buffer.from(bytes.subarray(8, 8 + length)).toString(),
    );
    delete header.__metadata__;
    let end = 0;
    for (const [name, { data_offsets }] of Object.entries(header)) {
      expect([name, data_offsets[0]]).toEqual([name, end]);
      expect(data_offsets[0] % (tensors.get(name)?.data.BYTES_PER_ELEMENT ?? 1)).toBe(0);
      end = data_offsets[1];
    }
    expect(8 + length + end).toBe(bytes.length);
    expect(header.bool?.dtype).toBe("BOOL");
  });

  it("writes half precision on request", () => {
    const bytes = encodeSafetensors(
      new Map([["a", { shape: [2], data: new Float32Array([1.0001, 3]) }]]),
      {},
      { half: true },
    );
    expect(Buffer.from(bytes).toString("latin1")).toContain('"F16"');
    expect(decodeSafetensors(bytes).tensors.get("a")?.data).toEqual(new Float32Array([1, 3]));
  });

  it("refuses data that does not have its shape", () => {
    const bad = new Map([["a", { shape: [3], data: new Float32Array(2) }]]);
    expect(errorOf(() => encodeSafetensors(bad))).toMatchObject({ code: "ARGUMENT" });
  });

  it.each<[string, Uint8Array, string]>([
    ["no header", new Uint8Array(3), "FORMAT"],
    ["a header beyond the file", file({}).subarray(0, 9), "FORMAT"],
    ["a header that is no JSON", file("{nonsense"), "FORMAT"],
    ["a list as header", file([]), "FORMAT"],
    ["an unknown dtype", file({ a: { dtype: "F8_E4M3", shape: [8], data_offsets: [0, 8] } }), "UNSUPPORTED"],
    [
      "a dtype from the prototype",
      file({ a: { dtype: "constructor", shape: [8], data_offsets: [0, 8] } }),
      "UNSUPPORTED",
    ],
    ["null for a tensor", file({ a: null }), "FORMAT"],
    ["a size that does not fit", file({ a: { dtype: "F32", shape: [3], data_offsets: [0, 8] } }), "FORMAT"],
    ["data beyond the file", file({ a: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }), "FORMAT"],
    ["negative sizes", file({ a: { dtype: "F32", shape: [-1, -2], data_offsets: [0, 8] } }), "FORMAT"],
    ["offsets that are no list", file({ a: { dtype: "F32", shape: [2], data_offsets: 3 } }), "FORMAT"],
    ["metadata that is no text", file({ __metadata__: { a: 1 } }), "FORMAT"],
    ["a header of lists in lists", file(`{"a": ${"[".repeat(3e6)}`), "FORMAT"],
    ["a header that is too deep", file(`{"a": ${"[".repeat(1000)}${"]".repeat(1000)}}`), "FORMAT"],
    ["metadata of lists in lists", encodeSafetensors(new Map(), { config: `{"a": ${"[".repeat(3e6)}` }), "FORMAT"],
    ["null metadata", file({ __metadata__: null }), "FORMAT"],
    [
      "tensors over each other",
      file({
        a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
        b: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
      }),
      "FORMAT",
    ],
  ])("finds %s", (_what, bytes, code) => {
    const error = errorOf(() => decodeSafetensors(bytes, "bad.safetensors"));
    expect(error).toBeInstanceOf(LookonceError);
    expect(error).toMatchObject({ code, message: expect.stringContaining("bad.safetensors: ") });
  });

  it("finds every truncation", () => {
    const bytes = encodeSafetensors(tensors, { note: "x" });
    for (let length = 0; length < bytes.length; length++) {
      const error = errorOf(() => readCheckpoint(bytes.subarray(0, length)));
      expect([length, (error as LookonceError | undefined)?.code]).toEqual([length, "FORMAT"]);
    }
  });
});

describe("digests", () => {
  const bytes = Buffer.from(encodeSafetensors(tensors, { config: '{"nc": 2}' }));
  const fault = (change: (copy: Buffer) => void): string => {
    const copy = Buffer.from(bytes);
    change(copy);
    const error = errorOf(() => readCheckpoint(copy, { name: "last.safetensors" }));
    expect(error).toMatchObject({ code: "FORMAT" });
    return (error as Error).message;
  };

  it("name the file and the tensor that was changed", () => {
    const start = 8 + Number(bytes.readBigUInt64LE());
    expect(fault((copy) => copy.fill(0, start, start + 4))).toMatch(/^last\.safetensors: tensor "long" does not match/);
    expect(fault((copy) => copy.write("[4,1]", copy.indexOf("[2,2]")))).toContain('tensor "float" does not match');
    expect(fault((copy) => copy.write("F32", copy.indexOf("I32")))).toContain('tensor "int" does not match');
    expect(fault((copy) => copy.write("shirt", copy.indexOf('short":{')))).toMatch(/tensor "sh[io]rt" does not match/);
    expect(fault((copy) => copy.write("3", copy.indexOf('nc\\": 2') + 6))).toContain("its metadata does not match");
  });

  it("replace what the metadata had under their key", () => {
    const written = encodeSafetensors(tensors, { crc32: "mine", author: "x" });
    expect(decodeSafetensors(written).metadata).toEqual({ author: "x" });
  });

  it("fit tensors without elements, wherever they lie in memory", () => {
    const view = { shape: [0], data: new Float32Array(new ArrayBuffer(16), 8, 0) };
    expect(decodeSafetensors(encodeSafetensors(new Map([["view", view]]))).tensors.get("view")?.shape).toEqual([0]);
    expect(fault((copy) => copy.write("[4,0]", copy.indexOf("[0,4]")))).toContain('tensor "empty" does not match');
  });

  it("are not asked of other programs' files", () => {
    const other = file({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8] }, __metadata__: { author: "x" } });
    expect(decodeSafetensors(other)).toMatchObject({ metadata: { author: "x" } });
  });
});

describe("files", () => {
  it("are written whole, with nothing left beside them", () => {
    const path = join(folder, "a.safetensors");
    writeSafetensors(path, tensors, { metadata: { k: "v" } });
    writeSafetensors(path, tensors, { metadata: { k: "w" } });
    expect(readFileSync(path)).toEqual(Buffer.from(encodeSafetensors(tensors, { k: "w" })));
    expect(readSafetensors(path).metadata).toEqual({ k: "w" });
    expect(readdirSync(folder)).toEqual(["a.safetensors"]);
  });

  it("leave what was there when writing fails", () => {
    const path = join(folder, "b.safetensors");
    writeFileSync(path, "before");
    const bad = new Map([["a", { shape: [3], data: new Float32Array(2) }]]);
    expect(errorOf(() => writeSafetensors(path, bad))).toMatchObject({ code: "ARGUMENT" });
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(errorOf(() => writeSafetensors(join(path, "c.safetensors"), tensors))).toMatchObject({ code: "IO" });
    expect(errorOf(() => writeSafetensors(folder, tensors))).toMatchObject({ code: "IO" });
    expect(readdirSync(dirname(folder)).filter((name) => name.startsWith(`${basename(folder)}.`))).toEqual([]);
  });

  it("make missing folders", () => {
    const path = join(folder, "new", "c.safetensors");
    writeSafetensors(path, tensors);
    expect(readSafetensors(path).tensors.size).toBe(tensors.size);
  });
});

describe("checkpoints", () => {
  const checkpoint: Checkpoint = {
    tensors: new Map([["model.0.conv.weight", { shape: [1, 1, 1, 1], data: new Float32Array([0.1]) }]]),
    config: { nc: 2, backbone: [[-1, 1, "Conv", [64]]], extra: null },
    names: ["a", 'b "quoted"'],
    nc: 2,
    stride: [8, 16],
    anchors: [
      [1, 2],
      [3, 4],
    ],
    metadata: { epoch: 3, trainArgs: { lr0: 0.01 } },
  };

  it("come back as they were", () => {
    const path = join(folder, "model.safetensors");
    saveCheckpoint(path, checkpoint);
    expect(readCheckpoint(path)).toEqual(checkpoint);
    const bare: Checkpoint = { tensors: checkpoint.tensors, metadata: {} };
    saveCheckpoint(path, bare);
    expect(readCheckpoint(path)).toEqual(bare);
  });

  it("keep a training's state apart from the model", () => {
    const path = join(folder, "training.safetensors");
    const weights = new Map([["w", { shape: [1], data: new Float32Array([1]) }]]);
    const training = {
      tensors: new Map([["w", { shape: [2], data: new Float32Array([2, 3]) }]]),
      state: { epoch: 3, names: ["a"] },
    };
    saveCheckpoint(path, { tensors: weights, metadata: { epoch: 2 }, training });
    expect(readCheckpoint(path)).toEqual({ tensors: weights, metadata: { epoch: 2 }, training });
    const bytes = encodeSafetensors(weights, { training: "[]" });
    expect(errorOf(() => readCheckpoint(bytes))).toMatchObject({ code: "FORMAT" });
  });

  it("of other programs keep their metadata as text", () => {
    const bytes = encodeSafetensors(checkpoint.tensors, { format: "pt", author: "someone" });
    expect(readCheckpoint(bytes)).toEqual({ tensors: checkpoint.tensors, metadata: { author: "someone" } });
  });

  it.each([
    ["names", "[1]"],
    ["nc", '"2"'],
    ["stride", "{}"],
    ["config", "[]"],
    ["anchors", "[1]"],
    ["names", "not json"],
  ])("name the key %s when it is %s", (key, text) => {
    const bytes = encodeSafetensors(checkpoint.tensors, { [key]: text });
    expect(errorOf(() => readCheckpoint(bytes, { name: "x.safetensors" }))).toMatchObject({
      code: "FORMAT",
      message: expect.stringContaining(`x.safetensors: metadata key "${key}"`),
    });
  });
});
