import type * as tf from "@tensorflow/tfjs-core";
import { Layer, Module } from "./module.ts";

/** Modules under the names 0, 1, 2, … */
export class ModuleList<T extends Module> extends Module {
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    super();
    this.items = items;
    for (const [i, item] of items.entries()) this.child(String(i), item);
  }
}

/** Layers under the names 0, 1, 2, …, each applied to the output of the one before. */
export class Sequential<T extends Layer = Layer> extends Layer {
  readonly items: readonly T[];

  constructor(...items: T[]) {
    super();
    this.items = items;
    for (const [i, item] of items.entries()) this.child(String(i), item);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.items.reduce((value, layer) => layer.forward(value), x);
  }
}

/** A chain of `count` new layers. */
export function repeat<T extends Layer>(count: number, make: () => T): Sequential<T> {
  return new Sequential(...Array.from({ length: count }, make));
}
