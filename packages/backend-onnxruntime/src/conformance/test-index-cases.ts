import type { Random } from "@lookonce/random";
import {
  bools,
  floats,
  type RandomCase,
  type RandomCases,
  randomShape,
  sizeOf,
  ties,
  wholes,
} from "./test-random-case.ts";

const numbers = (rng: Random, shape: number[]): ReturnType<typeof floats> => rng.choice([floats, wholes])(rng, shape);

/** Positions into the first axes of a shape, [count, axes]; some come more than once when `isDistinct` is false. */
function positions(rng: Random, shape: number[], options: { count: number; depth: number; isDistinct: boolean }) {
  const { count, depth, isDistinct } = options;
  const places = sizeOf(shape.slice(0, depth));
  const order = rng.permutation(places);
  const flat = Array.from({ length: isDistinct ? Math.min(count, places) : count }, (_, i) =>
    isDistinct ? order[i]! : rng.integer(0, places),
  );
  const data = flat.flatMap((place) => {
    const row: number[] = [];
    let rest = place;
    for (let axis = depth - 1; axis >= 0; axis--) {
      row.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    return row;
  });
  return { shape: [flat.length, depth], dtype: "int32" as const, data };
}

function scatter(
  rng: Random,
  isDistinct: boolean,
): { shape: number[]; indices: RandomCaseInput; updates: RandomCaseInput } {
  const shape = randomShape(rng, rng.integer(1, 5));
  const depth = rng.integer(1, shape.length + 1);
  const indices = positions(rng, shape, { count: rng.integer(1, 9), depth, isDistinct });
  return { shape, indices, updates: numbers(rng, [indices.shape[0]!, ...shape.slice(depth)]) };
}

type RandomCaseInput = Exclude<RandomCase["inputs"], unknown[]>[string];

const counting =
  (rank: (rng: Random) => number, hasBinary: boolean): RandomCases =>
  (rng) => {
    const shape = randomShape(rng, rank(rng), 6);
    const weights = rng.chance(0.5) ? numbers(rng, shape) : floats(rng, [0]);
    return {
      inputs: { x: wholes(rng, shape, 0, 6), weights },
      attrs: { size: rng.integer(1, 8), ...(hasBinary ? { binaryOutput: rng.chance(0.3) } : {}) },
    };
  };

/** Kernels that pick and place by index, and matrix products. */
export const indexCases: Record<string, RandomCases> = {
  BatchMatMul: (rng) => matrices(rng, rng.chance(0.7) ? floats : wholes),
  Bincount: counting(() => 1, false),
  DenseBincount: counting((rng) => rng.integer(1, 3), true),
  Einsum: (rng) => {
    const [a, b, c, d] = randomShape(rng, 4) as [number, number, number, number];
    const [equation, ...shapes] = rng.choice([
      ["ab,bc->ac", [a, b], [b, c]],
      ["ab,ab->", [a, b], [a, b]],
      ["abc,abd->acd", [a, b, c], [a, b, d]],
      ["ab->ba", [a, b]],
      ["abc->b", [a, b, c]],
      ["ab,cd->abcd", [a, b], [c, d]],
    ] as [string, ...number[][]][]);
    return { inputs: (shapes as number[][]).map((shape) => floats(rng, shape)), attrs: { equation } };
  },
  GatherNd: (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5));
    const depth = rng.integer(1, shape.length + 1);
    const indices = positions(rng, shape, { count: rng.integer(1, 9), depth, isDistinct: false });
    return { inputs: { params: rng.choice([floats, wholes, bools])(rng, shape), indices } };
  },
  GatherV2: (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5));
    const axis = rng.integer(0, shape.length);
    const batchDims = rng.integer(0, Math.min(axis, 2) + 1);
    const picks = randomShape(rng, rng.integer(batchDims === 0 ? 0 : 1, 3));
    const indices = wholes(rng, [...shape.slice(0, batchDims), ...picks], 0, shape[axis]!);
    return {
      inputs: { x: numbers(rng, shape), indices },
      attrs: { axis, batchDims },
      // tfjs's gradient knows no batches.
      ...(batchDims === 0 ? {} : { differentiate: [] }),
    };
  },
  ScatterNd: (rng) => {
    const { shape, indices, updates } = scatter(rng, false);
    return { inputs: { indices, updates }, attrs: { shape } };
  },
  SearchSorted: (rng) => {
    const [rows, size, count] = randomShape(rng, 3, 6) as [number, number, number];
    const sorted = Array.from({ length: rows }, () => ties(rng, [size]).data.sort((a, b) => a - b)).flat();
    return {
      inputs: {
        sortedSequence: { shape: [rows, size], dtype: "float32", data: sorted },
        values: ties(rng, [rows, count]),
      },
      attrs: { side: rng.choice(["left", "right"]) },
    };
  },
  SparseToDense: (rng) => {
    const { shape, indices, updates } = scatter(rng, true);
    const depth = indices.shape[1]!;
    const outputShape = shape.slice(0, depth);
    const sparseValues = { ...updates, shape: [indices.shape[0]!], data: updates.data.slice(0, indices.shape[0]!) };
    const defaultValue = { shape: [], dtype: updates.dtype, data: [rng.integer(-2, 3)] };
    return {
      inputs: { sparseIndices: indices, sparseValues, defaultValue },
      attrs: { outputShape },
      differentiate: [],
    };
  },
  TensorScatterUpdate: (rng) => {
    const { shape, indices, updates } = scatter(rng, true);
    const tensor = (updates.dtype === "int32" ? wholes : floats)(rng, shape);
    return { inputs: { tensor, indices, updates }, differentiate: [] };
  },
  UnsortedSegmentSum: (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5));
    const numSegments = rng.integer(1, 6);
    return {
      // Of whole numbers tfjs's reference makes fractions; ours stay whole, as in its other backends.
      inputs: { x: floats(rng, shape), segmentIds: wholes(rng, [shape[0]!], 0, numSegments) },
      attrs: { numSegments },
    };
  },
  _FusedMatMul: (rng) => {
    const { inputs, attrs } = matrices(rng, floats);
    const columns = (inputs as Record<string, RandomCaseInput>).b!.shape.at(
      (attrs as { transposeB: boolean }).transposeB ? -2 : -1,
    )!;
    const activation = rng.choice(["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"]);
    return {
      inputs: {
        ...(inputs as Record<string, RandomCaseInput>),
        ...(rng.chance(0.6) ? { bias: floats(rng, [columns]) } : {}),
        ...(activation === "prelu" ? { preluActivationWeights: floats(rng, [columns]) } : {}),
      },
      attrs: { ...attrs, activation, leakyreluAlpha: 0.3 },
      differentiate: [],
    };
  },
};

function matrices(rng: Random, draw: typeof floats): RandomCase {
  const [rows, inner, columns] = randomShape(rng, 3) as [number, number, number];
  const [transposeA, transposeB] = [rng.chance(0.5), rng.chance(0.5)];
  // tfjs's reference repeats a batch only when the other side has one matrix.
  const batch = randomShape(rng, rng.integer(1, 3));
  const single = batch.map(() => 1);
  const [batchA, batchB] = rng.choice([
    [batch, batch],
    [single, batch],
    [batch, single],
  ]) as [number[], number[]];
  return {
    inputs: {
      a: draw(rng, [...batchA, ...(transposeA ? [inner, rows] : [rows, inner])]),
      b: draw(rng, [...batchB, ...(transposeB ? [columns, inner] : [inner, columns])]),
    },
    attrs: { transposeA, transposeB },
    ...(batchA === batchB ? {} : { differentiate: [] }),
  };
}
