import { LookonceError } from "@lookonce/errors";
import { type Budget, cost } from "../budget.ts";
import { PickledObject } from "../pickle/values.ts";
import { TorchTensor } from "./tensors.ts";

const maxDepth = 100;

/** Whether a pickled object is a PyTorch module: it carries its children, parameters and buffers as dicts. */
export function isModule(value: unknown): value is PickledObject {
  return value instanceof PickledObject && value.attribute("_modules") instanceof Map;
}

/**
 * The module tree's tensors by name, as PyTorch's `state_dict()` lists them: each module's parameters, then its
 * persistent buffers, then its children. A tree that contains itself or is absurdly large is a `FORMAT` error.
 */
export function moduleTensors(root: PickledObject, budget: Budget): Map<string, TorchTensor> {
  const found = new Map<string, TorchTensor>();
  const visit = (module: PickledObject, prefix: string, depth: number): void => {
    if (depth > maxDepth) {
      throw new LookonceError("FORMAT", `its module tree is too deep or contains itself, at "${prefix.slice(0, 80)}"`);
    }
    for (const [name, tensor] of ownTensors(module, budget)) {
      budget.charge(cost.tensor + prefix.length + name.length);
      found.set(prefix + name, tensor);
    }
    for (const [name, child] of entries(module, "_modules", budget)) {
      if (isModule(child)) visit(child, `${prefix}${name}.`, depth + 1);
    }
  };
  visit(root, "", 0);
  return found;
}

function* ownTensors(module: PickledObject, budget: Budget): Generator<[string, TorchTensor]> {
  for (const [name, value] of entries(module, "_parameters", budget)) {
    if (value instanceof TorchTensor) yield [name, value];
  }
  const transient = module.attribute("_non_persistent_buffers_set");
  for (const [name, value] of entries(module, "_buffers", budget)) {
    const skipped = transient instanceof Set && transient.has(name);
    if (value instanceof TorchTensor && !skipped) yield [name, value];
  }
}

function* entries(module: PickledObject, attribute: string, budget: Budget): Generator<[string, unknown]> {
  const dict = module.attribute(attribute);
  if (!(dict instanceof Map)) return;
  for (const [name, value] of dict) {
    budget.charge(cost.entry);
    if (typeof name === "string") yield [name, value];
  }
}

/** The module below `DataParallel` and its kin, which only wrap. */
export function unwrap(module: PickledObject): PickledObject {
  const inner = /DataParallel$/.test(module.name) ? (module.attribute("_modules") as Map<unknown, unknown>) : undefined;
  const child = inner?.get("module");
  return isModule(child) ? child : module;
}

/** The last layer of a YOLO model, its detection head; `undefined` when the model is built otherwise. */
export function headOf(root: PickledObject): PickledObject | undefined {
  const layers = (root.attribute("_modules") as Map<unknown, unknown>).get("model");
  const children = isModule(layers) ? [...(layers.attribute("_modules") as Map<unknown, unknown>).values()] : [];
  const last = children.at(-1);
  return isModule(last) ? last : undefined;
}
