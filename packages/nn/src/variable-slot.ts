import * as tf from "@tensorflow/tfjs-core";

/** A variable's initial values: one number everywhere, or what a function computes. */
export type Initializer = number | (() => tf.Tensor);

/**
 * A variable that a module declares. Its shape is known at once; memory is taken, on the device of that moment, when its
 * value is first asked for. A model can so be measured without a device and without its weights.
 */
export class VariableSlot<R extends tf.Rank = tf.Rank> {
  readonly shape: tf.ShapeMap[R];
  /** Number of values. */
  readonly size: number;
  #initializer: () => tf.Tensor;
  #trainable: boolean;
  #variable: tf.Variable<R> | undefined;

  constructor(shape: readonly number[], { initializer, trainable }: { initializer: Initializer; trainable: boolean }) {
    this.shape = shape as unknown as tf.ShapeMap[R];
    this.size = shape.reduce((product, side) => product * side, 1);
    this.#initializer = typeof initializer === "number" ? () => tf.fill([...shape], initializer) : initializer;
    this.#trainable = trainable;
  }

  /** The variable, made now if it was not asked for before. */
  get value(): tf.Variable<R> {
    this.#variable ??= tf.tidy(() => tf.variable(this.#initializer() as tf.Tensor<R>, this.#trainable));
    return this.#variable;
  }

  /** Whether training changes it. */
  get trainable(): boolean {
    return this.#variable?.trainable ?? this.#trainable;
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable;
    if (this.#variable !== undefined) this.#variable.trainable = trainable;
  }

  /** Replaces the values by what is computed from them: at once if they are there, else when they are first asked for. */
  change(compute: (before: tf.Tensor<R>) => tf.Tensor): void {
    const variable = this.#variable;
    if (variable === undefined) {
      const before = this.#initializer;
      this.#initializer = () => compute(before() as tf.Tensor<R>);
    } else {
      tf.tidy(() => variable.assign(compute(variable) as tf.Tensor<R>));
    }
  }

  /** Frees the memory; the slot cannot be used afterwards. */
  dispose(): void {
    this.#variable?.dispose();
    this.#initializer = () => {
      throw new Error("the module was disposed of");
    };
  }
}
