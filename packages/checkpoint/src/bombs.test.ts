import { LookonceError } from "@lookonce/errors";
import { describe, expect, it } from "vitest";
import { readCheckpoint } from "./read-checkpoint.ts";
import {
  archive,
  call,
  dict,
  errorOf,
  floats,
  get,
  global,
  int,
  layer,
  list,
  model,
  module,
  object,
  one,
  op,
  pickle,
  remember,
  repeat,
  row,
  str,
  tensor,
  twice,
} from "./test-pickles.ts";

/** V8's hash of a whole number, to find those of one bucket. */
function hash(key: number): number {
  let value = (~key + (key << 15)) | 0;
  value ^= value >>> 12;
  value = (value + (value << 2)) | 0;
  value ^= value >>> 4;
  value = Math.imul(value, 2057);
  return value ^ (value >>> 16);
}

/** Numbers that a hash table of 131,072 entries has in one bucket. */
function colliding(count: number): number[] {
  const keys: number[] = [];
  for (let key = 0; keys.length < count; key++) if ((hash(key) & 0x3fff) === 0) keys.push(key);
  return keys;
}

const many = list(20_000, one);
const long = str("x".repeat(100_000));
const bombs: [string, () => number[]][] = [
  [
    "copies of a list",
    () => [...many, ...remember(1), ...op("0"), ...list(5000, call(global("builtins", "list"), get(1)))],
  ],
  [
    "copies of a set",
    () => [...many, ...remember(1), ...op("0"), ...list(5000, call(global("builtins", "set"), get(1)))],
  ],
  [
    "copies of a dict",
    () => {
      const pairs = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [String(i), one]));
      return [
        ...dict(pairs),
        ...remember(1),
        ...op("0"),
        ...list(5000, call(global("collections", "OrderedDict"), get(1))),
      ];
    },
  ],
  [
    "copies of bytes",
    () => [
      ...long,
      ...remember(1),
      ...op("0"),
      ...list(5000, call(global("_codecs", "encode"), get(1), str("latin1"))),
    ],
  ],
  [
    "copies of arguments",
    () => [...many, ...remember(1), ...op("0"), ...list(5000, [...layer, ...get(1), ...op("}\x92")])],
  ],
  ["empty dicts", () => list(400_000, op("}"))],
  ["empty lists", () => list(800_000, op("]"))],
  [
    "the same tensors in many modules",
    () => {
      const tensors = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`w${i}`, get(5)]));
      const shared = [
        ...row,
        ...remember(5),
        ...op("0"),
        ...module(layer, { parameters: dict(tensors) }),
        ...remember(6),
        ...op("0"),
      ];
      const modules = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`m${i}`, get(6)]));
      return [...shared, ...module(layer, { modules: dict(modules) })];
    },
  ],
  [
    "the same non-tensors in many modules",
    () => {
      const values = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`w${i}`, one]));
      const modules = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`m${i}`, get(6)]));
      const shared = [...module(layer, { parameters: dict(values) }), ...remember(6), ...op("0")];
      return [
        ...shared,
        ...module(layer, { modules: dict({ ...modules, last: module(layer, { buffers: dict({ a: row }) }) }) }),
      ];
    },
  ],
  [
    "long names in each other",
    () => {
      const weights = Array.from({ length: 50 }, (_, i) => [`w${i}`, row]);
      let inner = module(layer, { parameters: dict(Object.fromEntries(weights)) });
      for (let depth = 40; depth > 0; depth--) {
        inner = object(layer, { _modules: [...op("}"), ...get(9), ...inner, ...op("s")] });
      }
      return [...long, ...remember(9), ...op("0"), ...inner];
    },
  ],
  ["settings that double", () => model({ yaml: twice(60, one) })],
  [
    "long numbers",
    () => {
      const number = [...op("\x8b"), 0, 4, 0, 0, ...repeat(1024, [0x77])];
      return model({ yaml: [...number, ...remember(4), ...op("0"), ...list(10_000, get(4))] });
    },
  ],
  [
    "arrays of numpy",
    () => {
      const type = [...call(global("numpy", "dtype"), str("u1"), op("\x89"), op("\x88"))];
      const bytes = [...op("B"), 0, 16, 0, 0, ...repeat(4096, [7])];
      const state = [...op("("), ...one, ...one, ...type, ...op("N"), ...bytes, ...op("t")];
      const array = [...global("numpy.core.multiarray", "_reconstruct"), ...op(")R"), ...state, ...op("b")];
      return model({ yaml: [...array, ...remember(4), ...op("0"), ...list(20_000, get(4))] });
    },
  ],
  [
    "small tensors of many axes",
    () => {
      const shape = [4096, ...new Array(63).fill(1)];
      const wide = tensor({ elements: 2, shape, strides: shape.map(() => 0) });
      return model({ yaml: [...wide, ...remember(4), ...op("0"), ...list(10_000, get(4))] });
    },
  ],
  [
    "paths of long parts",
    () =>
      model({
        yaml: [
          ...long,
          ...remember(4),
          ...op("0"),
          ...call(global("pathlib", "PosixPath"), ...new Array(20_000).fill(get(4))),
        ],
      }),
  ],
];

describe("small files that would need much", () => {
  it.each(bombs)("%s", (_name, make) => {
    const bytes = archive(pickle(make()), { 0: floats(1, 2) });
    const error = errorOf(() => readCheckpoint(bytes, { name: "bomb.pt" }));
    expect(error).toBeInstanceOf(LookonceError);
    expect(error).toMatchObject({ code: "FORMAT" });
  });

  it("a device of lists, which is none", () => {
    const device = call(global("torch", "device"), twice(60, one));
    const bytes = archive(pickle(model({ yaml: device })), { 0: floats(1, 2) });
    expect(readCheckpoint(bytes).tensors.size).toBe(1);
  });

  it("lists of storages in the old format", () => {
    const start = Buffer.from("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "latin1");
    const bytes = Buffer.concat([
      start,
      ...[int(1001), dict({}), dict({ a: row }), list(2, twice(60, one))].map((part) => pickle(part)),
    ]);
    expect(errorOf(() => readCheckpoint(bytes, { name: "bomb.pt" }))).toMatchObject({ code: "FORMAT" });
  });

  it("numbers of one bucket", () => {
    const keys = colliding(20_000);
    const bytes = archive(pickle([...op("}("), ...keys.flatMap((key) => [...int(key), ...op("N")]), ...op("u")]));
    const error = errorOf(() => readCheckpoint(bytes, { name: "bomb.pt" }));
    expect(error).toMatchObject({ code: "FORMAT" });
  });
});
