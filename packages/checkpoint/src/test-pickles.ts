import { zipStored } from "./torch/zip-writer.ts";

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const u32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];

/** Bytes of an operation by its character, e.g. `op("(")`. */
export const op = (character: string): number[] => [...character].map((c) => c.charCodeAt(0));
/** GLOBAL: `c module \n name \n`. */
export const global = (module: string, name: string): number[] => [...op("c"), ...text(`${module}\n${name}\n`)];
/** BINUNICODE. */
export const str = (value: string): number[] => [...op("X"), ...u32(text(value).length), ...text(value)];
/** BININT. */
export const int = (value: number): number[] => [...op("J"), ...u32(value)];
/** TUPLE. */
export const tuple = (...items: number[][]): number[] => [...op("("), ...items.flat(), ...op("t")];
/** EMPTY_DICT and SETITEMS. */
export const dict = (pairs: Record<string, number[]>): number[] => [
  ...op("}("),
  ...Object.entries(pairs).flatMap(([key, value]) => [...str(key), ...value]),
  ...op("u"),
];
/** Operations, so many times. */
export const repeat = (count: number, ...parts: number[][]): number[] => new Array(count).fill(parts.flat()).flat();
/** EMPTY_LIST and APPENDS: a list of copies of an item. */
export const list = (count: number, item: number[]): number[] => [...op("]("), ...repeat(count, item), ...op("e")];
/** BININT1: the number one. */
export const one: number[] = [...op("K"), 1];
/** BINPUT: remembers what lies on top under a number. */
export const remember = (index: number): number[] => [...op("q"), index];
/** BINGET: pushes what is remembered. */
export const get = (index: number): number[] => [...op("h"), index];
/** A pair of pairs, so many deep, of the same value: TUPLE2. */
export const twice = (count: number, first: number[]): number[] => [
  ...first,
  ...remember(3),
  ...repeat(count, op("0"), get(3), get(3), op("\x86"), remember(3)),
];
/** A call: REDUCE. */
export const call = (target: number[], ...args: number[][]): number[] => [...target, ...tuple(...args), ...op("R")];
/** An object: NEWOBJ and BUILD. */
export const object = (type: number[], state: Record<string, number[]>): number[] => [
  ...type,
  ...op(")\x81"),
  ...dict(state),
  ...op("b"),
];
/** PROTO 2 … STOP. */
export const pickle = (...parts: number[][]): Uint8Array =>
  new Uint8Array([...op("\x80\x02"), ...parts.flat(), ...op(".")]);

/** Where a tensor lies in storage `key`. */
export interface Window {
  key?: string;
  type?: string;
  elements: number;
  offset?: number;
  shape: number[];
  strides: number[];
}

/** `_rebuild_tensor_v2` over a persistent storage. */
export function tensor({ key = "0", type = "FloatStorage", elements, offset = 0, shape, strides }: Window): number[] {
  const id = tuple(str("storage"), global("torch", type), str(key), str("cpu"), int(elements));
  return call(
    global("torch._utils", "_rebuild_tensor_v2"),
    [...id, ...op("Q")],
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    op("\x89"),
    call(global("collections", "OrderedDict")),
  );
}

/** A module object with these parts. */
export function module(
  type: number[],
  parts: Partial<Record<"modules" | "parameters" | "buffers", number[]>>,
): number[] {
  const { modules = dict({}), parameters = dict({}), buffers = dict({}) } = parts;
  return object(type, { _modules: modules, _parameters: parameters, _buffers: buffers });
}

/** The class of a module. */
export const layer: number[] = global("torch.nn.modules.linear", "Linear");
/** A tensor of two elements: all of storage 0. */
export const row: number[] = tensor({ elements: 2, shape: [2], strides: [1] });
/** A pickled model with a tensor, and with these properties. */
export const model = (extra: Record<string, number[]>): number[] =>
  object(global("models.yolo", "Model"), { _modules: dict({}), _buffers: dict({ a: row }), ...extra });

/** A checkpoint file as `torch.save` writes it. */
export function archive(pickled: Uint8Array, storages: Record<string, Uint8Array> = {}): Uint8Array {
  return Buffer.concat(
    zipStored([
      ["a/data.pkl", pickled],
      ["a/version", new Uint8Array(text("3\n"))],
      ...Object.entries(storages).map(([key, data]): [string, Uint8Array] => [`a/data/${key}`, data]),
    ]),
  );
}

/** The bytes of single precision numbers. */
export const floats = (...values: number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);

/** What `action` throws. */
export function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
