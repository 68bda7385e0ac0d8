import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { LookonceError } from "@lookonce/errors";
import { describe, expect, it } from "vitest";
import type { Checkpoint } from "./checkpoint.ts";
import { readCheckpoint } from "./read-checkpoint.ts";
import type { StoredTensor } from "./tensor.ts";
import {
  archive,
  call,
  dict,
  errorOf,
  floats,
  global,
  int,
  module,
  object,
  op,
  pickle,
  row,
  str,
  tensor,
  tuple,
} from "./test-pickles.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

type Expected = Record<string, { shape: number[]; data: (number | string)[] }>;
const expected = (name: string) => JSON.parse(readFileSync(fixture(name), "utf8"));
/** Python's `str(float)` as a number. */
const number = (value: number | string): number => Number(String(value).replace("inf", "Infinity"));
const listed = (tensors: Map<string, StoredTensor>): Expected =>
  Object.fromEntries(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: Array.from(data as ArrayLike<number>, Number) },
    ]),
  );
const numbers = (cases: Expected): Expected =>
  Object.fromEntries(Object.entries(cases).map(([name, { shape, data }]) => [name, { shape, data: data.map(number) }]));

const failure = (bytes: Uint8Array): LookonceError => {
  const error = errorOf(() => readCheckpoint(bytes, { name: "bad.pt" }));
  expect(error).toBeInstanceOf(LookonceError);
  expect((error as LookonceError).message).toMatch(/^bad\.pt: /);
  return error as LookonceError;
};
const one = { 0: floats(1, 2) };

describe("files that PyTorch wrote", () => {
  it.each(["odd-tensors.pt", "odd-tensors-protocol-5.pt", "legacy.pt"])("reads every kind of tensor in %s", (file) => {
    const { tensors } = readCheckpoint(fixture(file));
    expect(listed(tensors)).toEqual(numbers(expected("odd-tensors.json")));
    expect(tensors.get("half")?.data).toBeInstanceOf(Float32Array);
    expect(tensors.get("bfloat")?.data).toBeInstanceOf(Float32Array);
    expect(tensors.get("long")?.data).toBeInstanceOf(BigInt64Array);
    expect(tensors.get("bool")?.dtype).toBe("BOOL");
  });

  it("reads the moving average from a training checkpoint, or the model on request", () => {
    const cases = expected("module.json");
    const ema = readCheckpoint(fixture("module.pt"));
    expect(listed(ema.tensors)).toEqual(numbers(cases.ema));
    const model = readCheckpoint(fixture("module.pt"), { prefer: "model" });
    expect(listed(model.tensors)).toEqual(numbers(cases.model));
    expect([ema.metadata.source, model.metadata.source]).toEqual(["ema", "model"]);
  });

  it("returns what is known of the model", () => {
    const { tensors, ...rest } = readCheckpoint(fixture("module.pt"));
    expect([...tensors.keys()].filter((name) => name.includes("transient"))).toEqual([]);
    expect(rest).toEqual({
      config: { nc: 2, backbone: [[-1, 1, "Conv", [2, 3]]], head: [] },
      names: ["round", "square"],
      nc: 2,
      stride: [8, 16],
      metadata: {
        source: "ema",
        modelClass: "models.yolo.Model",
        epoch: 7,
        date: "2024-01-01",
        trainArgs: { imgsz: 64, folder: "runs/a", lr0: 0.01 },
      },
    });
  });

  it("says that TorchScript is another thing", () => {
    expect(errorOf(() => readCheckpoint(fixture("script.pt")))).toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("TorchScript"),
    });
  });
});

describe("where the weights lie", () => {
  const cases: [string, number[]][] = [
    ["a dict of tensors", dict({ "a.w": row })],
    ["state_dict", dict({ epoch: int(1), state_dict: dict({ "a.w": row }) })],
    ["model as a dict", dict({ epoch: int(1), optimizer: op("N"), model: dict({ "a.w": row }) })],
    ["a wrapper's names", dict({ "module.a.w": row })],
    [
      "a module alone",
      module(global("models.yolo", "Model"), {
        modules: dict({ a: module(global("torch.nn.modules.linear", "Linear"), { parameters: dict({ w: row }) }) }),
      }),
    ],
    [
      "a wrapped module",
      dict({
        model: module(global("torch.nn.parallel.data_parallel", "DataParallel"), {
          modules: dict({ module: module(global("models.yolo", "Model"), { buffers: dict({ "a.w": row }) }) }),
        }),
        ema: op("N"),
      }),
    ],
  ];
  it.each(cases)("finds %s", (_name, value) => {
    expect(listed(readCheckpoint(archive(pickle(value), one)).tensors)).toEqual({
      "a.w": { shape: [2], data: [1, 2] },
    });
  });

  it("says what it searched for when there is none", () => {
    const error = failure(archive(pickle(dict({ epoch: int(1), results: str("x") }))));
    expect(error).toMatchObject({ code: "FORMAT", message: expect.stringContaining('["epoch","results"]') });
  });

  it("returns anchors in pixels, numpy numbers and paths as plain values", () => {
    const f8 = [
      ...call(global("numpy", "dtype"), str("f8"), op("\x89"), op("\x88")),
      ...tuple(int(3), str("<")),
      ...op("b"),
    ];
    const bytes = call(global("_codecs", "encode"), str("\0\0\0\0\0\0\xf8?"), str("latin1"));
    const net = object(global("models.yolo", "Model"), {
      _modules: dict({}),
      _buffers: dict({ anchors: tensor({ elements: 4, shape: [2, 1, 2], strides: [2, 2, 1] }) }),
      stride: tuple(int(8), int(16)),
      names: tuple(str("a"), str("b")),
      hyp: dict({
        best: call(global("numpy.core.multiarray", "scalar"), f8, bytes),
        where: call(global("pathlib", "PosixPath"), str("/"), str("tmp")),
      }),
    });
    const checkpoint = readCheckpoint(archive(pickle(net), { 0: floats(1, 2, 3, 4) }));
    expect(checkpoint).toMatchObject({
      anchors: [
        [8, 16],
        [48, 64],
      ],
      stride: [8, 16],
      nc: 2,
    } satisfies Partial<Checkpoint>);
    expect(checkpoint.metadata.trainArgs).toEqual({ best: 1.5, where: "/tmp" });
  });
});

describe("models newer than those known", () => {
  it("are read as they are: their modules are reported where one is built", () => {
    const fancy = object(global("ultralytics.nn.modules.fancy", "Detect27"), {
      _modules: dict({}),
      _parameters: dict({ weight: row }),
      _buffers: dict({}),
    });
    const model = object(global("ultralytics.nn.tasks", "Fancy27Model"), {
      _modules: dict({ model: fancy }),
      yaml: dict({ yaml_file: str("yolo27n.yaml") }),
    });
    const { config, tensors } = readCheckpoint(archive(pickle(dict({ model })), one));
    expect(config).toEqual({ yaml_file: "yolo27n.yaml" });
    expect([...tensors.keys()]).toEqual(["model.weight"]);
  });
});

describe("hostile files", () => {
  it.each<[string, string]>([
    ["os", "system"],
    ["posix", "system"],
    ["nt", "system"],
    ["builtins", "eval"],
    ["__builtin__", "exec"],
    ["builtins", "__import__"],
    ["subprocess", "Popen"],
    ["torch.hub", "load"],
    ["torch.storage", "_load_from_bytes"],
    ["torch", "load"],
    ["runpy", "_run_code"],
    ["operator", "attrgetter"],
    ["functools", "partial"],
    ["modelsx", "A"],
    ["collections", "namedtuple"],
    ["numpy", "load"],
    ["numpy", "float1000"],
    ["utils.downloads", "attempt_download"],
    ["torch.optim", "__builtins__"],
    ["torch.nn", "Module"],
    ["torch.nn.modules.conv", "__builtins__"],
    ["models.common", "subprocess"],
    ["models.common", "Conv.forward"],
    ["models.common.os", "Conv"],
    ["ultralytics.nn.tasks", "torch_safe_load"],
    ["ultralytics.nn.modules.block", "os.Path"],
    ["ultralytics.nn.modules.block", "__builtins__"],
    ["ultralytics.nn.modules.block.os", "Path"],
    ["ultralytics.hub.auth", "Auth"],
    ["__main__", "Net"],
  ])("refuses %s.%s by name", (home, name) => {
    const error = failure(archive(pickle(dict({ model: call(global(home, name), str("echo")) }))));
    expect(error.code).toBe("UNSAFE");
    expect(error.message).toContain(`${home === "__builtin__" ? "__builtin__" : home}.${name}`);
  });

  it("does not call what getattr would have found", () => {
    const found = call(global("builtins", "getattr"), global("torch.nn.modules.module", "Module"), str("forward"));
    expect(failure(archive(pickle(call(found, str("x"))))).code).toBe("UNSAFE");
    expect(readCheckpoint(archive(pickle(dict({ a: row, hook: found, b: row })), one)).tensors.size).toBe(2);
  });

  it.each<[string, Parameters<typeof tensor>[0]]>([
    ["a shape beyond the storage", { elements: 2, shape: [3], strides: [1] }],
    ["an offset beyond the storage", { elements: 2, offset: 1, shape: [2], strides: [1] }],
    ["strides beyond the storage", { elements: 2, shape: [2], strides: [2] }],
    ["a storage beyond the file", { elements: 2_000_000, shape: [2], strides: [1] }],
    ["a negative size", { elements: 2, shape: [-2], strides: [1] }],
    ["a negative stride", { elements: 2, offset: 1, shape: [2], strides: [-1] }],
    ["fewer strides than axes", { elements: 2, shape: [2, 1], strides: [1] }],
    ["a huge expansion", { elements: 2, shape: [1 << 30], strides: [0] }],
    ["a size that overflows", { elements: 2, shape: [1 << 30, 1 << 30, 1 << 30], strides: [0, 0, 0] }],
    ["a missing storage", { key: "9", elements: 2, shape: [2], strides: [1] }],
  ])("finds %s", (_what, window) => {
    expect(failure(archive(pickle(dict({ a: tensor(window) })), one)).code).toBe("FORMAT");
  });

  it("names element types that cannot be read", () => {
    const bad = tensor({ type: "ComplexFloatStorage", elements: 1, shape: [1], strides: [1] });
    expect(failure(archive(pickle(dict({ a: bad })), one))).toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("torch.ComplexFloatStorage"),
    });
  });

  it("distinguishes tensors that it cannot read from calls that nobody should make", () => {
    const sparse = call(global("torch._utils", "_rebuild_sparse_tensor"), int(0));
    expect(failure(archive(pickle(dict({ a: sparse }))))).toMatchObject({ code: "UNSUPPORTED" });
  });

  it("follows no module tree and no settings that contain themselves", () => {
    const loop = [
      ...global("models.yolo", "Model"),
      ...op(")\x81q\x01"),
      ...dict({ _modules: dict({ a: op("h\x01"), b: op("h\x01") }) }),
      ...op("b"),
    ];
    expect(failure(archive(pickle(loop))).message).toContain("contains itself");
    const yaml = [...op("]q\x02h\x02a")];
    expect(
      failure(
        archive(
          pickle(object(global("models.yolo", "Model"), { _modules: dict({}), _buffers: dict({ a: row }), yaml })),
          one,
        ),
      ).message,
    ).toContain("in themselves");
    // Each level doubles the last: 2^60 values in a few hundred bytes.
    const doubling = [...op("]q\x03"), ...Array.from({ length: 60 }, () => op("0h\x03h\x03\x86q\x03")).flat()];
    expect(
      failure(
        archive(
          pickle(
            object(global("models.yolo", "Model"), { _modules: dict({}), _buffers: dict({ a: row }), yaml: doubling }),
          ),
          one,
        ),
      ).code,
    ).toBe("FORMAT");
  });

  it("reads names as names", () => {
    const bytes = archive(pickle(dict({ __proto__x: row, constructor: row })), one);
    expect([...readCheckpoint(bytes).tensors.keys()]).toEqual(["__proto__x", "constructor"]);
  });
});

describe("damaged files", () => {
  const whole = Buffer.from(archive(pickle(dict({ "a.w": row, "a.b": row })), one));

  it("finds every truncation, and says that the file is incomplete", () => {
    for (let length = 0; length < whole.length; length++) {
      const error = failure(whole.slice(0, length));
      expect([length, error.code]).toEqual([length, "FORMAT"]);
      expect(error.message).toMatch(/truncated|incomplete/);
    }
  });

  it("finds every truncation of the format from before PyTorch 1.6", () => {
    const legacy = readFileSync(fixture("legacy.pt"));
    for (let length = 0; length < legacy.length; length++) {
      expect([length, failure(legacy.subarray(0, length)).code]).toEqual([length, "FORMAT"]);
    }
  });

  it("finds a second entry of the same name", () => {
    const twice = Buffer.from(archive(pickle(dict({ a: row })), { 0: floats(1, 2), 1: floats(3, 4) }));
    for (let at = twice.indexOf("a/data/1"); at >= 0; at = twice.indexOf("a/data/1")) twice.write("a/data/0", at);
    expect(failure(twice).message).toContain('two entries are named "a/data/0"');
  });

  it("names the tensor whose bytes were changed, or the pickle", () => {
    const at = whole.lastIndexOf(floats(1, 2)[7] as number, whole.indexOf("PK\x01\x02", 0, "latin1"));
    const zeroed = Buffer.from(whole).fill(0, at - 3, at + 1);
    expect(failure(zeroed)).toMatchObject({
      code: "FORMAT",
      message: expect.stringContaining('tensor "a.w" does not match'),
    });
    const renamed = Buffer.from(whole);
    renamed.write("a.v", renamed.indexOf("a.w"));
    expect(failure(renamed).message).toContain('entry "a/data.pkl" does not match its checksum');
  });

  it("reads archives whose checksums were not computed", () => {
    const without = Buffer.from(whole);
    for (let at = 0; at >= 0; at = without.indexOf("PK\x01\x02", at + 1, "latin1"))
      if (at > 0) without.writeUInt32LE(0, at + 16);
    expect(readCheckpoint(without).tensors.size).toBe(2);
  });

  it("finds entries that lie over each other", () => {
    const over = Buffer.from(whole);
    const last = over.lastIndexOf("PK\x01\x02", undefined, "latin1");
    over.writeUInt32LE(over.readUInt32LE(last + 42) - 64, last + 42);
    expect(failure(over).message).toContain("lies over another");
  });

  it("recognizes what downloads leave behind", () => {
    expect(failure(Buffer.from("version https://git-lfs.github.com/spec/v1\n")).message).toContain("git lfs pull");
    expect(failure(Buffer.from("\n<!DOCTYPE html><html>")).message).toContain("web page");
    expect(failure(Buffer.from("GIF89a")).message).toContain("neither a PyTorch checkpoint nor a safetensors");
  });

  it("names a path that is missing or a folder", () => {
    const missing = errorOf(() => readCheckpoint(`${tmpdir()}/no/such.pt`));
    expect(missing).toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("no/such.pt") });
    expect(errorOf(() => readCheckpoint(tmpdir()))).toMatchObject({ code: "FORMAT" });
    expect(errorOf(() => readCheckpoint(`${"x".repeat(5000)}.pt`))).toMatchObject({ code: "NOT_FOUND" });
  });
});
