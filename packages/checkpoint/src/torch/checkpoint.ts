import { LookonceError } from "@lookonce/errors";
import { Budget, cost } from "../budget.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { dictAttribute, type PickledObject } from "../pickle/values.ts";
import { PlainConverter, type PlainValue } from "../plain.ts";
import type { StoredTensor } from "../tensor.ts";
import { headOf, isModule, moduleTensors, unwrap } from "./modules.ts";
import { TensorReader, TorchTensor } from "./tensors.ts";

/** Runs `action` so that each LookonceError begins with the file's name. */
function named<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof LookonceError) || error.message.startsWith(`${name}: `)) throw error;
    throw new LookonceError(error.code, `${name}: ${error.message}`, { cause: error.cause });
  }
}

/** Where the weights were found: a module, or a dict of tensors. */
interface Found {
  source: string;
  module?: PickledObject;
  tensors: Map<string, TorchTensor>;
}

/** The checkpoint in a file of `torch.save`: `load` reads its object, `prefer` chooses between two stored models. */
export function decodeTorchCheckpoint(
  bytes: Uint8Array,
  name: string,
  { load, prefer }: { load: (bytes: Uint8Array, name: string, budget: Budget) => unknown; prefer: "ema" | "model" },
): Checkpoint {
  return named(name, () => {
    const budget = new Budget(name, bytes.length);
    const root = load(bytes, name, budget);
    const found = find(root, prefer, budget);
    if (found === undefined) {
      const expected = 'a module or a dict of tensors, alone or under "ema", "model" or "state_dict"';
      throw new LookonceError("FORMAT", `contains no model: expected ${expected}${keysOf(root)}`);
    }
    const reader = new TensorReader(name, bytes.length);
    const tensors = new Map<string, StoredTensor>();
    for (const [key, tensor] of stripWrapper(found.tensors)) {
      tensors.set(key, reader.read(tensor, `tensor "${key.slice(0, 200)}"`));
    }
    const plain = new PlainConverter(reader, budget);
    return { tensors, ...describe(found, root, plain), metadata: metadataOf(found, root, plain) };
  });
}

function find(root: unknown, prefer: "ema" | "model", budget: Budget): Found | undefined {
  const here = weights(root, "model", budget);
  if (here !== undefined || !(root instanceof Map)) return here;
  const order = prefer === "ema" ? ["ema", "model"] : ["model", "ema"];
  for (const source of [...order, "state_dict", "model_state_dict", "ema_state_dict"]) {
    const found = weights(root.get(source), source, budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

function weights(value: unknown, source: string, budget: Budget): Found | undefined {
  if (isModule(value)) {
    const module = unwrap(value);
    const tensors = moduleTensors(module, budget);
    return tensors.size > 0 ? { source, module, tensors } : undefined;
  }
  if (!(value instanceof Map)) return undefined;
  const tensors = new Map<string, TorchTensor>();
  for (const [key, item] of value) {
    if (typeof key !== "string" || !(item instanceof TorchTensor)) continue;
    budget.charge(cost.tensor + key.length);
    tensors.set(key, item);
  }
  // A dict that contains a tensor by the way (a training state) is no state_dict.
  return tensors.size > value.size / 2 ? { source, tensors } : undefined;
}

/** Drops the `module.` that wrappers for several devices prepend to every name. */
function stripWrapper(tensors: Map<string, TorchTensor>): Map<string, TorchTensor> {
  const wrapped = [...tensors.keys()].every((key) => key.startsWith("module."));
  return wrapped ? new Map([...tensors].map(([key, tensor]) => [key.slice("module.".length), tensor])) : tensors;
}

function keysOf(root: unknown): string {
  if (!(root instanceof Map)) return "";
  const keys = [...root.keys()].filter((key) => typeof key === "string").slice(0, 10);
  return `; its keys are ${JSON.stringify(keys.map((key) => key.slice(0, 100))).slice(0, 200)}`;
}

function describe(
  { module, tensors }: Found,
  root: unknown,
  plain: PlainConverter,
): Omit<Checkpoint, "tensors" | "metadata"> {
  const outer = (key: string): unknown => outerValue(root, key);
  const head = module && headOf(module);
  const result: Omit<Checkpoint, "tensors" | "metadata"> = {};
  const config = plain.convert(module?.attribute("yaml") ?? outer("yaml") ?? null);
  if (isObject(config)) result.config = config;
  const names = classNames(plain.convert(module?.attribute("names") ?? outer("names") ?? null));
  if (names !== undefined) result.names = names;
  const stride = plain.convert(module?.attribute("stride") ?? head?.attribute("stride") ?? outer("stride") ?? null);
  if (isNumbers(stride)) result.stride = stride;
  const nc = [head?.attribute("nc"), module?.attribute("nc"), outer("nc"), result.config?.nc, names?.length];
  const known = nc.find((value) => typeof value === "number" && Number.isInteger(value) && value > 0);
  if (typeof known === "number") result.nc = known;
  const anchors = result.stride && anchorsOf(tensors, result.stride, plain);
  if (anchors !== undefined) result.anchors = anchors;
  return result;
}

/** YOLOv5's `anchors` buffer, shape [levels, anchors, 2], counts in cells: times the stride it is pixels. */
function anchorsOf(
  tensors: ReadonlyMap<string, TorchTensor>,
  stride: readonly number[],
  plain: PlainConverter,
): number[][] | undefined {
  for (const [name, tensor] of tensors) {
    const { shape } = tensor;
    if (!/(^|\.)anchors$/.test(name) || shape.length !== 3 || shape[0] !== stride.length || shape[2] !== 2) continue;
    const cells = plain.convert(tensor) as number[][][] | null;
    return cells?.map((level, i) => level.flat().map((size) => size * (stride[i] as number)));
  }
  return undefined;
}

/** A list, or a dict from class number to name. */
function classNames(names: PlainValue): string[] | undefined {
  if (names === null || typeof names !== "object") return undefined;
  const list = Array.isArray(names)
    ? names
    : Object.keys(names).map((_, index) => (Object.hasOwn(names, index) ? (names[index] as PlainValue) : null));
  if (!list.every((item) => typeof item === "string")) {
    throw new LookonceError("FORMAT", "its class names are neither a list of texts nor a dict numbered from 0");
  }
  return list;
}

const outerKeys: Readonly<Record<string, string>> = {
  epoch: "epoch",
  date: "date",
  version: "version",
  best_fitness: "bestFitness",
  train_args: "trainArgs",
  license: "license",
};

/** What a file says besides the model: an item of its dict, or an attribute of a bare `state_dict`. */
function outerValue(root: unknown, key: string): unknown {
  return root instanceof Map ? (root.get(key) ?? dictAttribute(root, key)) : undefined;
}

function metadataOf({ source, module }: Found, root: unknown, plain: PlainConverter): Checkpoint["metadata"] {
  const metadata: Checkpoint["metadata"] = { source };
  if (module !== undefined) metadata.modelClass = module.path;
  for (const [key, name] of Object.entries(outerKeys)) {
    const value = outerValue(root, key);
    if (value !== undefined && value !== null && !(value instanceof TorchTensor)) metadata[name] = plain.convert(value);
  }
  const args = module?.attribute("args") ?? module?.attribute("hyp");
  if (metadata.trainArgs === undefined && args !== undefined) metadata.trainArgs = plain.convert(args);
  return metadata;
}

function isObject(value: PlainValue): value is { [key: string]: PlainValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumbers(value: PlainValue): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number");
}
