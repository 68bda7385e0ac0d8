import { LookonceError } from "@lookonce/errors";
import { PickledGlobal, PickledObject } from "./pickle/values.ts";
import { numpyValue } from "./torch/numpy.ts";
import { type TensorReader, TorchTensor } from "./torch/tensors.ts";

/** A value as JSON and YAML know it. */
export type PlainValue = null | boolean | number | string | PlainValue[] | { [key: string]: PlainValue };

/** Configuration and training arguments are small; a file that claims otherwise is not to be followed for ever. */
const limits = { depth: 64, nodes: 500_000, tensorSize: 4096 };

/**
 * Turns parts of an unpickled checkpoint into plain values: dicts become objects with text keys, sets and tuples
 * arrays, small tensors nested arrays, paths and devices text, settings objects the dict of their attributes. What
 * has no plain form (large tensors, raw bytes, classes, other objects) becomes `null`.
 */
export class PlainConverter {
  readonly #tensors: TensorReader;
  #nodes = 0;

  /** @param tensors reads the tensors among the values */
  constructor(tensors: TensorReader) {
    this.#tensors = tensors;
  }

  /** @throws LookonceError `FORMAT` for values nested too deeply, too large, or in themselves */
  convert(value: unknown, depth = 0): PlainValue {
    this.#nodes++;
    if (depth > limits.depth || this.#nodes > limits.nodes) {
      throw new LookonceError("FORMAT", "its settings are nested too deeply or in themselves, or are far too large");
    }
    if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
      return value;
    }
    if (typeof value === "bigint") return String(value);
    if (Array.isArray(value)) return value.map((item) => this.convert(item, depth + 1));
    if (value instanceof Set) return [...value].map((item) => this.convert(item, depth + 1));
    if (value instanceof Map) return this.#object(value, depth);
    if (value instanceof TorchTensor) return value.size > limits.tensorSize ? null : this.#tensor(value);
    if (value instanceof PickledObject) return this.#record(value, depth);
    if (value instanceof PickledGlobal) return value.path;
    return null;
  }

  #object(map: ReadonlyMap<unknown, unknown>, depth: number): { [key: string]: PlainValue } {
    const pairs: [string, PlainValue][] = [];
    for (const [key, value] of map) {
      if (typeof key === "object" && key !== null) continue;
      pairs.push([String(key), this.convert(value, depth + 1)]);
    }
    return Object.fromEntries(pairs);
  }

  #tensor(tensor: TorchTensor): PlainValue {
    const { shape, data } = this.#tensors.read(tensor, "a tensor among the settings");
    let nested: PlainValue[] = Array.from(data as ArrayLike<number | bigint>, Number);
    for (const length of shape.slice(1).reverse()) nested = chunk(nested, length);
    return shape.length === 0 ? (nested[0] as number) : nested;
  }

  #record(object: PickledObject, depth: number): PlainValue {
    const { module, name, args, state, entries, elements } = object;
    if (module.startsWith("pathlib"))
      return args
        .filter((part) => typeof part === "string")
        .join("/")
        .replace("//", "/");
    if (object.path === "torch.device") return args.filter((part) => part !== null).join(":");
    if (module.startsWith("numpy")) return numpyValue(object);
    if (entries !== undefined) return this.#object(entries, depth);
    if (elements !== undefined) return this.convert(elements, depth);
    // Modules are no settings; settings objects (namespaces) have nothing but their attributes.
    if (state instanceof Map && !state.has("_modules") && /Namespace$/.test(name)) return this.#object(state, depth);
    return null;
  }
}

function chunk(values: PlainValue[], length: number): PlainValue[] {
  if (length === 0) return [];
  return Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));
}
