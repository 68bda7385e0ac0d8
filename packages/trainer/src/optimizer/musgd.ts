import * as tf from "@tensorflow/tfjs-core";
import { lrOf, type UpdateSettings } from "./optimizer.ts";
import { orthogonalize } from "./orthogonalize.ts";
import { type GroupedParameter, type GroupName, isMatrix, musgdGroups } from "./parameter-groups.ts";
import { Sgd } from "./sgd.ts";

/** By how much the orthogonal step of a matrix is multiplied before SGD's is made (Ultralytics 8.4). */
const share = 0.2;

/** A matrix's place among the parameters, and its shape with window and input channels as one axis. */
interface Matrix {
  index: number;
  parameter: GroupedParameter;
  rows: number;
  columns: number;
  /** The square root of how much taller than wide it is. */
  stretch: number;
}

/**
 * MuSGD of YOLO26 (arXiv 2606.03748; Ultralytics 8.4): every matrix first makes a step of Muon, then all parameters one of
 * {@link Sgd}, in which weight decay counts. Of a matrix with gradient g:
 *
 * M ← μ · M + (1 − μ) · g; p ← p − 0.2 · rate · k · orthogonal(μ · M + (1 − μ) · g)
 *
 * A filter is the matrix of its output channels and the rest, and k is √max(1, height / width) of its window, 1 where that
 * is square; of true matrices it is √max(1, rows / columns). {@link orthogonalize} is in single precision where the reference
 * has bfloat16.
 */
export class MuSgd extends Sgd {
  static readonly groups: readonly GroupName[] = musgdGroups;
  readonly #shapes: readonly (readonly Matrix[])[];

  constructor(...settings: ConstructorParameters<typeof Sgd>) {
    super(...settings);
    this.#shapes = matricesByShape(this.parameters);
  }

  protected override get kinds(): string[] {
    return ["momentum", "muon"];
  }

  protected override remembers(kind: string, { variable }: GroupedParameter): boolean {
    return kind === "momentum" || isMatrix(variable);
  }

  override update(gradients: readonly tf.Tensor[], settings: UpdateSettings<never>): void {
    tf.tidy(() => {
      const stacks = this.#shapes.map((matrices) => {
        return { matrices: this.#lookAhead(matrices, gradients, settings), scale: ratesOf(matrices, settings) };
      });
      for (const [i, steps] of orthogonalize(stacks).entries()) {
        const matrices = this.#shapes[i] ?? [];
        const parts = tf.split(steps, matrices.length);
        for (const [n, { parameter }] of matrices.entries()) {
          const { variable } = parameter;
          variable.assign(tf.sub(variable, tf.reshape(parts[n] as tf.Tensor, variable.shape)));
        }
      }
    });
    super.update(gradients, settings);
  }

  /** Advances the mean gradients of matrices of one shape. @returns them one step ahead, [count, rows, columns] */
  #lookAhead(
    matrices: readonly Matrix[],
    gradients: readonly tf.Tensor[],
    { momentum }: UpdateSettings<never>,
  ): tf.Tensor3D {
    const rest = tf.sub(1, momentum);
    const ahead = matrices.map(({ index, parameter: { path }, rows, columns }) => {
      const variable = this.state.get(`muon.${path}`) as tf.Variable;
      const gradient = tf.mul(gradients[index] as tf.Tensor, rest);
      const mean = tf.add(tf.mul(variable, momentum), gradient);
      variable.assign(mean);
      return tf.reshape(tf.add(tf.mul(mean, momentum), gradient), [rows, columns]);
    });
    return tf.stack(ahead) as tf.Tensor3D;
  }
}

/** By how much the orthogonal steps of matrices are multiplied, [count, 1, 1]. */
function ratesOf(matrices: readonly Matrix[], { lr }: UpdateSettings<never>): tf.Tensor3D {
  const rates = matrices.map(({ parameter: { group }, stretch }) => tf.mul(lrOf(lr, group), share * stretch));
  return tf.reshape(tf.stack(rates), [matrices.length, 1, 1]);
}

function matricesByShape(parameters: readonly GroupedParameter[]): Matrix[][] {
  const shapes = new Map<string, Matrix[]>();
  for (const [index, parameter] of parameters.entries()) {
    const { variable } = parameter;
    if (!isMatrix(variable)) continue;
    // A filter is stored as [height, width, in, out], transposed: its orthogonal matrix is transposed, too.
    const [height, width] = variable.shape as [number, number];
    const columns = variable.shape.at(-1) as number;
    const rows = variable.size / columns;
    const matrix = { index, parameter, rows, columns, stretch: Math.sqrt(Math.max(1, height / width)) };
    const key = `${rows} ${columns}`;
    shapes.set(key, [...(shapes.get(key) ?? []), matrix]);
  }
  return [...shapes.values()];
}
