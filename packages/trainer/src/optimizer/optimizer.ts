import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { decays, type GroupedParameter, type GroupName } from "./parameter-groups.ts";

/** The settings of one update, as tensors since they change from step to step. */
export interface UpdateSettings<S extends string = string> {
  lr: Readonly<Partial<Record<GroupName, tf.Scalar>>>;
  /** Momentum; β₁ of the Adam family. */
  momentum: tf.Scalar;
  /** The tensors of {@link Optimizer.scalars} for this update. */
  scalars: Readonly<Record<S, tf.Scalar>>;
}

/** What the change of one parameter is computed from. */
export interface ChangeInputs<S extends string> extends Pick<UpdateSettings<S>, "momentum" | "scalars"> {
  gradient: tf.Tensor;
  /** 1 − momentum. */
  rest: tf.Tensor;
  /** What the optimizer remembers of the parameter. */
  memory: (kind: string) => tf.Variable;
}

/**
 * Moves parameters along gradients: p ← p − rate · change. One update is recorded as tensor operations; nothing is read.
 *
 * Weight decay, of weights and matrices alone, is added to the gradient unless it is `decoupled`.
 *
 * @typeParam S names of the factors of an update
 */
export abstract class Optimizer<S extends string = string> {
  readonly parameters: readonly GroupedParameter[];
  /** What it remembers between updates, by name: to be saved, and to be known as changing. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  /** Whether its momentum takes part in warm-up. */
  readonly warmsMomentum: boolean = true;
  /** Whether decay is taken off the weights instead (Loshchilov and Hutter, arXiv 1711.05101). */
  protected readonly decoupled: boolean = false;
  readonly #weightDecay: number;

  constructor(parameters: readonly GroupedParameter[], { weightDecay = 0 }: { weightDecay?: number } = {}) {
    this.parameters = parameters;
    this.state = new Map(
      this.kinds.flatMap((kind) => {
        const own = parameters.filter((parameter) => this.remembers(kind, parameter));
        return [...zerosBeside(own, kind)];
      }),
    );
    this.#weightDecay = weightDecay;
  }

  /** Names of what is remembered of each parameter, a tensor of its shape. */
  protected get kinds(): readonly string[] {
    return ["momentum"];
  }

  /** Whether something of this kind is remembered of a parameter. */
  protected remembers(_kind: string, _parameter: GroupedParameter): boolean {
    return true;
  }

  /** Updates what is remembered. @returns what is taken off a parameter, divided by the learning rate */
  protected abstract change(inputs: ChangeInputs<S>): tf.Tensor;

  /**
   * Factors of one update, by name, that depend on its number alone, in double precision: float32 would lose the digits of 1 − β₂ᵗ.
   *
   * @param at the update's number, from 1, and its momentum
   */
  abstract scalars(at: { count: number; momentum: number }): Readonly<Record<S, number>>;

  /** @param gradients one for each of `parameters`, in that order */
  update(gradients: readonly tf.Tensor[], { lr, momentum, scalars }: UpdateSettings<S>): void {
    tf.tidy(() => {
      const rest = tf.sub(1, momentum);
      for (const [i, { path, group, variable }] of this.parameters.entries()) {
        const rate = lrOf(lr, group);
        const decay = decays(group) ? this.#weightDecay : 0;
        const plain = gradients[i] as tf.Tensor;
        const gradient = decay > 0 && !this.decoupled ? tf.add(plain, tf.mul(variable, decay)) : plain;
        const memory = (kind: string): tf.Variable => this.state.get(`${kind}.${path}`) as tf.Variable;
        const change = this.change({ gradient, momentum, rest, scalars, memory });
        const shrinks = decay > 0 && this.decoupled;
        const start = shrinks ? tf.sub(variable, tf.mul(variable, tf.mul(rate, decay))) : variable;
        variable.assign(tf.sub(start, tf.mul(change, rate)));
      }
    });
  }

  /** Frees what it remembers; the parameters stay. */
  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}

/** The learning rate of a group. @throws LookonceError `ARGUMENT` where there is none */
export function lrOf(lr: UpdateSettings["lr"], group: GroupName): tf.Scalar {
  const rate = lr[group];
  if (rate !== undefined) return rate;
  throw new LookonceError(
    "ARGUMENT",
    `lr has no learning rate for the group ${group}; it has ${Object.keys(lr).join(", ")}.`,
  );
}

/** Sets a variable to decay · itself + weight · value. @returns its new value */
export function advance(
  variable: tf.Variable,
  value: tf.Tensor,
  [decay, weight]: readonly [decay: tf.Tensor | number, weight: tf.Tensor | number],
): tf.Tensor {
  const next = tf.add(tf.mul(variable, decay), tf.mul(value, weight));
  variable.assign(next);
  return next;
}

/** An untrained variable of zeros beside every parameter, named `kind.path`. */
export function zerosBeside(parameters: readonly GroupedParameter[], kind: string): Map<string, tf.Variable> {
  return new Map(
    parameters.map(({ path, variable }) => {
      const state = tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
      return [`${kind}.${path}`, state];
    }),
  );
}
