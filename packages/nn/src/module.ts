import type { Random } from "@lookonce/random";
import type * as tf from "@tensorflow/tfjs-core";
import type { Cost, Shape } from "./shape.ts";
import { type Initializer, VariableSlot } from "./variable-slot.ts";

/**
 * A node of the model tree: parameters (trained), buffers (kept, not trained) and named children.
 *
 * Names follow PyTorch's: the path of a variable is the names of its modules and its own, joined by dots
 * (`model.0.conv.weight`). TensorFlow.js gets no names from us, because its variable names must be unique over all models.
 */
export abstract class Module {
  readonly #children = new Map<string, Module>();
  readonly #parameters = new Map<string, VariableSlot>();
  readonly #buffers = new Map<string, VariableSlot>();
  readonly #outputChannels: number | undefined;
  #training = true;

  /** @param outputChannels channels that come out, where they are not those of the last child */
  constructor(outputChannels?: number) {
    this.#outputChannels = outputChannels;
  }

  /** Whether the module computes as in training, with the statistics of the batch. */
  get training(): boolean {
    return this.#training;
  }

  /** Registers a child: `readonly conv = this.child("conv", new Conv2d(…))`. */
  protected child<T extends Module>(name: string, module: T): T {
    this.#children.set(name, module);
    return module;
  }

  /** Declares a trained variable. */
  protected parameter<R extends tf.Rank>(name: string, shape: number[], initializer: Initializer = 0): VariableSlot<R> {
    const slot = new VariableSlot<R>(shape, { initializer, trainable: true });
    this.#parameters.set(name, slot as unknown as VariableSlot);
    return slot;
  }

  /** Declares a kept but untrained variable. */
  protected buffer<R extends tf.Rank>(name: string, shape: number[], initializer: Initializer = 0): VariableSlot<R> {
    const slot = new VariableSlot<R>(shape, { initializer, trainable: false });
    this.#buffers.set(name, slot as unknown as VariableSlot);
    return slot;
  }

  /** Removes a child from the tree and disposes of it. */
  protected removeChild(name: string): void {
    this.#children.get(name)?.dispose();
    this.#children.delete(name);
  }

  /** Draws this module's own parameters afresh; children are not touched. The default keeps what is there. */
  reset(_rng: Random): void {}

  /**
   * The shape of the output for an input shape, without computing; adds what it would cost to `cost`.
   *
   * Unless overridden, the children are taken for a chain in the order of their declaration. That is right for branches
   * too where none but the first changes the map's size: costs do not depend on the channels that come in.
   */
  outputShape(input: Shape, cost?: Cost): Shape {
    let shape = input;
    for (const child of this.#children.values()) shape = child.outputShape(shape, cost);
    return [shape[0], shape[1], this.#outputChannels ?? shape[2]];
  }

  /** Called after a buffer or parameter of this module was loaded, with the values in PyTorch's order. */
  variableLoaded(_name: string, _values: ArrayLike<number>): void {}

  /** Shapes of this module's own variables, by name, without its children's; nothing is allocated. */
  get ownSlots(): ReadonlyMap<string, VariableSlot> {
    return new Map([...this.#parameters, ...this.#buffers]);
  }

  /** Every module of the tree by path, parents before children; the module itself has the path "". */
  namedModules(prefix = ""): Map<string, Module> {
    const modules = new Map<string, Module>([[prefix, this]]);
    for (const [name, child] of this.#children) {
      for (const [path, module] of child.namedModules(join(prefix, name))) modules.set(path, module);
    }
    return modules;
  }

  /** Every parameter of the tree by path, frozen ones too. */
  namedParameters(): Map<string, tf.Variable> {
    return valuesOf(this.parameterSlots());
  }

  /** Shapes of every parameter of the tree by path, frozen ones too; nothing is allocated. */
  parameterSlots(): Map<string, VariableSlot> {
    return this.#collect((module) => module.#parameters);
  }

  /** Number of parameters of the tree, frozen ones too. */
  get parameterCount(): number {
    return [...this.parameterSlots().values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Every buffer of the tree by path. */
  namedBuffers(): Map<string, tf.Variable> {
    return valuesOf(this.#collect((module) => module.#buffers));
  }

  /** Parameters and buffers of the tree by path, in the order of the modules. */
  namedVariables(): Map<string, tf.Variable> {
    return valuesOf(this.slots());
  }

  /** Shapes of parameters and buffers of the tree by path, in the order of the modules; nothing is allocated. */
  slots(): Map<string, VariableSlot> {
    return this.#collect((module) => module.ownSlots);
  }

  /** Switches the tree to training (`true`) or to inference (`false`). */
  train(mode = true): this {
    for (const module of this.namedModules().values()) module.#training = mode;
    return this;
  }

  /** Switches the tree to inference: normalization uses the running statistics. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Stops training the parameters whose path starts with one of the prefixes (`"model.0."`); all of them without any.
   *
   * @returns the paths that were frozen
   */
  freeze(...prefixes: string[]): string[] {
    const frozen: string[] = [];
    for (const [path, slot] of this.parameterSlots()) {
      if (prefixes.length > 0 && !prefixes.some((prefix) => path.startsWith(prefix))) continue;
      slot.trainable = false;
      frozen.push(path);
    }
    return frozen;
  }

  /** Frees the variables of the tree. */
  dispose(): void {
    for (const slot of this.slots().values()) slot.dispose();
  }

  #collect(pick: (module: Module) => ReadonlyMap<string, VariableSlot>): Map<string, VariableSlot> {
    const all = new Map<string, VariableSlot>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, slot] of pick(module)) all.set(join(path, name), slot);
    }
    return all;
  }
}

/** A module with one feature map in and one out, both [N, height, width, channels]. */
export abstract class Layer extends Module {
  abstract forward(x: tf.Tensor4D): tf.Tensor4D;
}

/** A module that makes one feature map out of several. */
export abstract class Join extends Module {
  abstract forward(inputs: tf.Tensor4D[]): tf.Tensor4D;

  /** The shape of the output for the input shapes, without computing; adds what it would cost to `cost`. */
  abstract joinedShape(inputs: Shape[], cost?: Cost): Shape;
}

/** A module that makes several feature maps out of one. */
export abstract class Split extends Module {
  abstract forward(x: tf.Tensor4D): tf.Tensor4D[];

  /** The shapes of the outputs for an input shape, without computing; adds what they would cost to `cost`. */
  abstract outputShapes(input: Shape, cost?: Cost): Shape[];
}

/** Draws every parameter of the tree afresh, each module from a stream named by its path; all variables are there then. */
export function initialize(module: Module, rng: Random): void {
  module.namedVariables();
  for (const [path, child] of module.namedModules()) child.reset(rng.fork(path));
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function valuesOf(slots: Map<string, VariableSlot>): Map<string, tf.Variable> {
  return new Map([...slots].map(([path, slot]) => [path, slot.value]));
}
