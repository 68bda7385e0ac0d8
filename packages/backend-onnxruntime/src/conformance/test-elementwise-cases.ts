import {
  bools,
  broadcastShapes,
  floats,
  type RandomCase,
  type RandomCases,
  type RandomTensor,
  randomShape,
  specials,
  ties,
  wholes,
} from "./test-random-case.ts";

type Draw = (rng: Parameters<RandomCases>[0], shape: number[]) => RandomTensor;

const between =
  (low: number, high: number): Draw =>
  (rng, shape) =>
    floats(rng, shape, low, high);

function unary(draw: Draw, others: readonly Draw[] = [], attrs: RandomCases = () => ({ inputs: [] })): RandomCases {
  return (rng) => {
    const shape = randomShape(rng, rng.integer(0, 5));
    const chosen = others.length > 0 && rng.chance(0.4) ? rng.choice([...others]) : draw;
    return { inputs: { x: chosen(rng, shape) }, attrs: attrs(rng).attrs ?? {} };
  };
}

function binary(a: Draw, b: Draw = a, pairs: readonly Draw[] = []): RandomCases {
  return (rng) => {
    const [shapeA, shapeB] = broadcastShapes(rng);
    const pair = pairs.length > 0 && rng.chance(0.5) ? rng.choice([...pairs]) : undefined;
    return { inputs: { a: (pair ?? a)(rng, shapeA), b: (pair ?? b)(rng, shapeB) } };
  };
}

/** For kernels whose gradients in tfjs do not sum over what was broadcast. */
function withoutBroadcastGradient(draw: RandomCases): RandomCases {
  return (rng) => {
    const drawn = draw(rng);
    const [a, b] = Object.values(drawn.inputs) as [RandomTensor, RandomTensor];
    return String(a.shape) === String(b.shape) ? drawn : { ...drawn, differentiate: [] };
  };
}

const any = between(-3, 3);
const positive = between(0.2, 4);
const unit = between(-0.9, 0.9);
const whole: Draw = (rng, shape) => wholes(rng, shape);
const awayFromZero: Draw = (rng, shape) => {
  const tensor = positive(rng, shape);
  return { ...tensor, data: tensor.data.map((value) => (rng.chance(0.5) ? -value : value)) };
};
const divisors: Draw = (rng, shape) => {
  const tensor = wholes(rng, shape, 1, 5);
  return { ...tensor, data: tensor.data.map((value) => (rng.chance(0.5) ? -value : value)) };
};

/** Whole numbers by whole numbers, or fractions by fractions away from zero. */
const division: RandomCases = (rng) => {
  const [a, b] = broadcastShapes(rng);
  return rng.chance(0.5)
    ? { inputs: { a: any(rng, a), b: awayFromZero(rng, b) } }
    : { inputs: { a: whole(rng, a), b: divisors(rng, b) } };
};

const comparison = binary(ties, ties, [whole, specials]);
const logical = binary(bools);

/** Kernels of one tensor. */
export const unaryCases: Record<string, RandomCases> = {
  Abs: unary(any, [whole, specials]),
  Acos: unary(unit),
  Acosh: unary(between(1.1, 4)),
  Asin: unary(unit),
  Asinh: unary(any),
  Atan: unary(any, [specials]),
  Atanh: unary(unit),
  Cast: (rng) => {
    const shape = randomShape(rng, rng.integer(0, 5));
    const from = rng.choice([any, whole, bools]);
    return { inputs: { x: from(rng, shape) }, attrs: { dtype: rng.choice(["float32", "int32", "bool"]) } };
  },
  Ceil: unary(any, [specials]),
  ClipByValue: unary(any, [], (rng) => ({
    inputs: [],
    attrs: { clipValueMin: rng.uniform(-2, 0), clipValueMax: rng.uniform(0, 2) },
  })),
  Cos: unary(any),
  Cosh: unary(any),
  Elu: unary(any, [specials]),
  Erf: unary(any),
  Exp: unary(any, [specials]),
  Expm1: unary(any, [between(-1e-3, 1e-3)]),
  Floor: unary(any, [specials]),
  IsFinite: unary(specials),
  IsInf: unary(specials),
  IsNan: unary(specials),
  LeakyRelu: unary(any, [whole], (rng) => ({ inputs: [], attrs: { alpha: rng.uniform(0, 0.5) } })),
  Log: unary(positive, [specials]),
  Log1p: unary(between(-0.9, 3), [between(-1e-3, 1e-3)]),
  LogicalNot: unary(bools),
  Neg: unary(any, [whole, specials]),
  OnesLike: unary(any, [whole, bools]),
  Reciprocal: unary(awayFromZero),
  Relu: unary(any, [whole, specials]),
  Relu6: unary(between(-3, 9), [whole]),
  Round: unary(any, [(rng, shape) => halves(rng, shape)]),
  Rsqrt: unary(positive),
  Selu: unary(any),
  Sigmoid: unary(between(-8, 8), [specials]),
  Sign: unary(any, [whole, specials]),
  Sin: unary(any),
  Sinh: unary(any),
  Softplus: unary(between(-20, 20)),
  Sqrt: unary(positive, [specials]),
  Square: unary(any, [whole]),
  Step: unary(any, [specials, whole], (rng) => ({ inputs: [], attrs: { alpha: rng.integer(-2, 3) } })),
  Tan: unary(between(-1.3, 1.3)),
  Tanh: unary(any, [specials]),
  ZerosLike: unary(any, [whole, bools]),
};

/** Halves, which round to the even number. */
const halves: Draw = (rng, shape) => {
  const tensor = wholes(rng, shape);
  return { ...tensor, dtype: "float32", data: tensor.data.map((value) => value + 0.5) };
};

/** Kernels of several tensors that broadcast or are of one shape. */
export const binaryCases: Record<string, RandomCases> = {
  Add: binary(any, any, [whole, specials]),
  AddN: (rng): RandomCase => {
    const shape = randomShape(rng, rng.integer(0, 5));
    const draw = rng.choice([any, whole]);
    return { inputs: Array.from({ length: rng.integer(1, 4) }, () => draw(rng, shape)) };
  },
  Atan2: binary(any, any),
  BitwiseAnd: binary(whole),
  Equal: comparison,
  FloorDiv: division,
  Greater: comparison,
  GreaterEqual: comparison,
  Less: comparison,
  LessEqual: comparison,
  LogicalAnd: logical,
  LogicalOr: logical,
  Maximum: withoutBroadcastGradient(binary(any, any, [whole, specials])),
  Minimum: withoutBroadcastGradient(binary(any, any, [whole, specials])),
  Mod: division,
  Multiply: binary(any, any, [whole]),
  NotEqual: comparison,
  Pow: binary(positive, any),
  Prelu: (rng) => {
    const [full, part] = [randomShape(rng, rng.integer(0, 5)), rng.chance(0.5)];
    return { inputs: { x: any(rng, full), alpha: any(rng, part ? full.slice(-1) : full) } };
  },
  RealDiv: (rng) => {
    const [a, b] = broadcastShapes(rng);
    return { inputs: { a: any(rng, a), b: awayFromZero(rng, b) } };
  },
  Select: (rng) => {
    const shape = randomShape(rng, rng.integer(0, 5));
    const draw = rng.choice([any, whole, bools]);
    return { inputs: { condition: bools(rng, shape), t: draw(rng, shape), e: draw(rng, shape) } };
  },
  SquaredDifference: withoutBroadcastGradient(binary(any, any, [whole])),
  Sub: binary(any, any, [whole]),
  EluGrad: (rng) => {
    const shape = randomShape(rng, rng.integer(0, 5));
    return { inputs: { dy: any(rng, shape), y: floats(rng, shape, -0.9, 3) } };
  },
};
