import { LookonceError } from "@lookonce/errors";
import { type Budget, cost } from "./budget.ts";
import { PickledGlobal, PickledObject } from "./pickle/values.ts";
import { numpyValue } from "./torch/numpy.ts";
import { type TensorReader, TorchTensor } from "./torch/tensors.ts";

/** A value as JSON and YAML know it. */
export type PlainValue = null | boolean | number | string | PlainValue[] | { [key: string]: PlainValue };

/** Configuration and training arguments are small. */
const limits = { depth: 64, tensorSize: 4096 };

/**
 * Turns parts of an unpickled checkpoint into plain values: dicts become objects with text keys, sets and tuples
 * arrays, small tensors nested arrays, paths and devices text, settings objects the dict of their attributes. What
 * has no plain form (large tensors, raw bytes, classes, other objects) becomes `null`.
 */
export class PlainConverter {
  readonly #tensors: TensorReader;
  readonly #budget: Budget;

  /** @param tensors reads the tensors among the values */
  constructor(tensors: TensorReader, budget: Budget) {
    this.#tensors = tensors;
    this.#budget = budget;
  }

  /** @throws LookonceError `FORMAT` for values nested too deeply, too large, or in themselves */
  convert(value: unknown, depth = 0): PlainValue {
    this.#budget.charge(cost.view);
    if (depth > limits.depth) {
      throw new LookonceError("FORMAT", "its settings are nested too deeply or in themselves");
    }
    if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
      return value;
    }
    if (typeof value === "bigint") return this.#text(value);
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
      pairs.push([this.#text(key), this.convert(value, depth + 1)]);
    }
    return Object.fromEntries(pairs);
  }

  #text(value: unknown): string {
    const text = String(value);
    // The digits of a long number need quadratic time
    this.#budget.charge(typeof value === "bigint" ? text.length ** 2 : text.length);
    return text;
  }

  /** The texts and numbers among the arguments of a path or device. */
  #joined(args: readonly unknown[], separator: string): string {
    const parts: string[] = [];
    for (const part of args) {
      this.#budget.charge(cost.slot);
      if (typeof part === "string" || typeof part === "number") parts.push(this.#text(part));
    }
    return parts.join(separator);
  }

  #tensor(tensor: TorchTensor): PlainValue {
    this.#budget.charge(tensor.size * tensor.shape.length * cost.object);
    const { shape, data } = this.#tensors.read(tensor, "a tensor among the settings");
    let nested: PlainValue[] = Array.from(data as ArrayLike<number | bigint>, Number);
    for (const length of shape.slice(1).reverse()) nested = chunk(nested, length);
    return shape.length === 0 ? (nested[0] as number) : nested;
  }

  #record(object: PickledObject, depth: number): PlainValue {
    const { module, name, args, state, entries, elements } = object;
    if (module.startsWith("pathlib")) return this.#joined(args, "/").replace("//", "/");
    if (object.path === "torch.device") return this.#joined(args, ":");
    if (module.startsWith("numpy")) {
      const numbers = numpyValue(object);
      if (Array.isArray(numbers)) this.#budget.charge(numbers.length * cost.slot);
      return numbers;
    }
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
