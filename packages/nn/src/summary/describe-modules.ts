import type { Module } from "../module.ts";
import type { StateTensor } from "../state.ts";

/** A parameter tensor of a module. */
export interface TensorDescription {
  /** Within its module, e.g. `weight`. */
  name: string;
  /** As PyTorch has it: filters [out, in / groups, height, width]. */
  shape: number[];
  parameters: number;
  /** Whether training changes it. */
  gradient: boolean;
  mean: number;
  /** Standard deviation with n − 1 in the denominator, as PyTorch's; 0 for a single value. */
  std: number;
}

/** A module of a model's tree that has parameters, in itself or deeper. */
export interface ModuleDescription {
  /** From the model's root, e.g. `model.0.conv`; the root itself is empty. */
  path: string;
  /** Class of the module. */
  kind: string;
  /** With those of modules within. */
  parameters: number;
  /** Parameters that are trained, with those of modules within. */
  gradients: number;
  /** Its own parameter tensors. */
  tensors: TensorDescription[];
}

/**
 * The tree of a model, module by module, parents before children, with its parameters.
 *
 * @param values of every parameter in PyTorch's layout, as `stateDict` returns or a checkpoint stores them
 */
export function describeModules(model: Module, values: ReadonlyMap<string, StateTensor>): ModuleDescription[] {
  const parameters = model.parameterSlots();
  return [...model.namedModules()].flatMap(([path, module]) => {
    const count = module.parameterCount;
    if (count === 0) return [];
    const tensors = [...module.ownSlots.keys()].flatMap((name) => {
      const full = path === "" ? name : `${path}.${name}`;
      const slot = parameters.get(full);
      const value = values.get(full);
      if (slot === undefined || value === undefined) return [];
      const own = { name, shape: [...value.shape], parameters: slot.size, gradient: slot.trainable };
      return [{ ...own, ...spread(value.data as ArrayLike<number>) }];
    });
    const trained = [...module.parameterSlots().values()].filter(({ trainable }) => trainable);
    const gradients = trained.reduce((sum, { size }) => sum + size, 0);
    // A bundler numbers classes of one name.
    const kind = module.constructor.name.replace(/\$\d+$/, "");
    return [{ path, kind, parameters: count, gradients, tensors }];
  });
}

/** Mean and standard deviation in two passes, which loses no digits where the mean is large. */
function spread(values: ArrayLike<number>): { mean: number; std: number } {
  const { length } = values;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i] as number;
  const mean = sum / length;
  let squares = 0;
  for (let i = 0; i < length; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, std: length === 1 ? 0 : Math.sqrt(squares / (length - 1)) };
}
