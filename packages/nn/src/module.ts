import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Cost, Shape } from "./shape.ts";

/**
 * A node of the model tree: parameters (trained), buffers (kept, not trained) and named children.
 *
 * Names follow PyTorch's: the path of a variable is the names of its modules and its own, joined by dots
 * (`model.0.conv.weight`). TensorFlow.js gets no names from us, because its variable names must be unique over all models.
 */
export abstract class Module {
  readonly #children = new Map<string, Module>();
  readonly #parameters = new Map<string, tf.Variable>();
  readonly #buffers = new Map<string, tf.Variable>();
  #training = true;

  /** Whether the module computes as in training, with the statistics of the batch. */
  get training(): boolean {
    return this.#training;
  }

  /** Registers a child: `readonly conv = this.child("conv", new Conv2d(…))`. */
  protected child<T extends Module>(name: string, module: T): T {
    this.#children.set(name, module);
    return module;
  }

  /** Registers a trained variable filled with `value`. */
  protected parameter(name: string, shape: number[], value = 0): tf.Variable {
    const variable = filled(shape, value, true);
    this.#parameters.set(name, variable);
    return variable;
  }

  /** Registers a kept but untrained variable filled with `value`. */
  protected buffer(name: string, shape: number[], value = 0): tf.Variable {
    const variable = filled(shape, value, false);
    this.#buffers.set(name, variable);
    return variable;
  }

  /** Takes a child out of the tree and disposes of it. */
  protected removeChild(name: string): void {
    this.#children.get(name)?.dispose();
    this.#children.delete(name);
  }

  /** Draws this module's own parameters afresh; children are not touched. The default keeps what is there. */
  reset(_rng: Random): void {}

  /** Told after a buffer or parameter of this module was loaded, with the values in PyTorch's order. */
  variableLoaded(_name: string, _values: ArrayLike<number>): void {}

  /** This module's own variables, by name, without its children's. */
  get ownVariables(): ReadonlyMap<string, tf.Variable> {
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
    return this.#collect((module) => module.#parameters);
  }

  /** Every buffer of the tree by path. */
  namedBuffers(): Map<string, tf.Variable> {
    return this.#collect((module) => module.#buffers);
  }

  /** Parameters and buffers of the tree by path, in the order of the modules. */
  namedVariables(): Map<string, tf.Variable> {
    return this.#collect((module) => module.ownVariables);
  }

  /** Switches the tree to training (`true`) or to inference (`false`). */
  train(mode = true): this {
    for (const module of this.namedModules().values()) module.#training = mode;
    return this;
  }

  /** Switches the tree to inference: normalisation uses the running statistics. */
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
    for (const [path, variable] of this.namedParameters()) {
      if (prefixes.length > 0 && !prefixes.some((prefix) => path.startsWith(prefix))) continue;
      variable.trainable = false;
      frozen.push(path);
    }
    return frozen;
  }

  /** Frees the variables of the tree. */
  dispose(): void {
    for (const variable of this.namedVariables().values()) variable.dispose();
  }

  #collect(pick: (module: Module) => ReadonlyMap<string, tf.Variable>): Map<string, tf.Variable> {
    const all = new Map<string, tf.Variable>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, variable] of pick(module)) all.set(join(path, name), variable);
    }
    return all;
  }
}

/** A module with one feature map in and one out, both [N, height, width, channels]. */
export abstract class Layer extends Module {
  /** Computes the output map. */
  abstract forward(x: tf.Tensor4D): tf.Tensor4D;

  /** The shape of the output for an input shape, without computing; adds what it would cost to `cost`. */
  abstract outputShape(input: Shape, cost?: Cost): Shape;
}

/** A module that makes one feature map out of several. */
export abstract class Join extends Module {
  /** Computes the output map. */
  abstract forward(inputs: tf.Tensor4D[]): tf.Tensor4D;

  /** The shape of the output for the input shapes, without computing; adds what it would cost to `cost`. */
  abstract outputShape(inputs: Shape[], cost?: Cost): Shape;
}

/** Draws every parameter of the tree afresh, each module from a stream named by its path. */
export function initialise(module: Module, rng: Random): void {
  for (const [path, child] of module.namedModules()) child.reset(rng.fork(path));
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function filled(shape: number[], value: number, trainable: boolean): tf.Variable {
  return tf.tidy(() => tf.variable(tf.fill(shape, value), trainable));
}
