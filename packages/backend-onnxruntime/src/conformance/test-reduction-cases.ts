import {
  bools,
  floats,
  type RandomCases,
  type RandomTensor,
  randomAxes,
  randomShape,
  specials,
  ties,
  wholes,
} from "./test-random-case.ts";

type Rng = Parameters<RandomCases>[0];
type Draw = (rng: Rng, shape: number[]) => RandomTensor;

function reduction(draws: readonly Draw[], axisName = "axis"): RandomCases {
  return (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5));
    const axis = randomAxes(rng, shape.length);
    return {
      inputs: { x: rng.choice([...draws])(rng, shape) },
      attrs: { [axisName]: axis.length === 0 ? [0] : axis, keepDims: rng.chance(0.5) },
    };
  };
}

/** Along one axis, often the last. */
function alongAxis(draws: readonly Draw[], attrs: (rng: Rng, axis: number) => object): RandomCases {
  return (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5), 6);
    const axis = rng.integer(0, shape.length);
    return { inputs: { x: rng.choice([...draws])(rng, shape) }, attrs: attrs(rng, axis) };
  };
}

const plain: Draw = (rng, shape) => floats(rng, shape);
const whole: Draw = (rng, shape) => wholes(rng, shape);
const small: Draw = (rng, shape) => floats(rng, shape, 0.5, 1.5);

function running(draws: readonly Draw[]): RandomCases {
  const draw = alongAxis(draws, (rng, axis) => ({ axis, exclusive: rng.chance(0.5), reverse: rng.chance(0.5) }));
  return (rng) => {
    const drawn = draw(rng);
    const { shape } = Object.values(drawn.inputs)[0] as RandomTensor;
    // tfjs's gradient of Cumsum is right along the last axis only, and Cumprod's is built of Cumsum.
    const isLast = (drawn.attrs as { axis: number }).axis === shape.length - 1;
    return isLast ? drawn : { ...drawn, differentiate: [] };
  };
}

/** Kernels that sum up along axes. */
export const reductionCases: Record<string, RandomCases> = {
  All: reduction([bools]),
  Any: reduction([bools]),
  ArgMax: alongAxis([plain, ties, whole], (_, axis) => ({ axis })),
  ArgMin: alongAxis([plain, ties, whole], (_, axis) => ({ axis })),
  Cumprod: running([small, whole]),
  Cumsum: running([plain, whole]),
  Max: reduction([plain, ties, whole, specials], "reductionIndices"),
  Mean: reduction([plain, whole]),
  Min: reduction([plain, ties, whole]),
  // tfjs's gradient of a product needs its chained operations.
  Prod: (rng) => ({ ...reduction([small, whole])(rng), differentiate: [] }),
  Softmax: (rng) => ({
    inputs: { logits: floats(rng, randomShape(rng, rng.integer(1, 5), 5), -9, 9) },
    attrs: { dim: -1 },
  }),
  Sum: reduction([plain, whole, bools]),
  TopK: (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5), 6);
    const draw = rng.choice([plain, ties, whole]);
    return { inputs: { x: draw(rng, shape) }, attrs: { k: rng.integer(1, shape.at(-1)! + 1), sorted: true } };
  },
};
