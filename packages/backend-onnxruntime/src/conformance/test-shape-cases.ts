import type { Random } from "@lookonce/random";
import { bools, floats, type RandomCases, type RandomTensor, randomShape, wholes } from "./test-random-case.ts";

/** A tensor of any type that a kernel which only moves elements may meet. */
function anything(rng: Random, shape: number[]): RandomTensor {
  return rng.choice([floats, floats, wholes, bools])(rng, shape);
}

function shaped(rng: Random, low = 1, high = 4, largest = 4): number[] {
  return randomShape(rng, rng.integer(low, high + 1), largest);
}

/** A block size that divides the dimension. */
function divisor(rng: Random, dim: number): number {
  return rng.choice(Array.from({ length: dim }, (_, i) => i + 1).filter((d) => dim % d === 0));
}

/** Tensors that differ along one axis only. */
function alike(rng: Random, count: number): { tensors: RandomTensor[]; axis: number } {
  const shape = shaped(rng);
  const axis = rng.integer(0, shape.length);
  const draw = rng.choice([floats, wholes, bools]);
  const tensors = Array.from({ length: count }, () =>
    draw(
      rng,
      shape.map((dim, i) => (i === axis ? rng.integer(0, 4) : dim)),
    ),
  );
  return { tensors, axis };
}

const strided: RandomCases = (rng) => {
  const shape = shaped(rng, 1, 4, 6);
  // tfjs's reference accepts single indices with strides of 1 alone.
  const isShrunk = rng.chance(0.3);
  const strides = shape.map(() => (isShrunk ? 1 : rng.choice([1, 2, 3, -1, -2])));
  const mask = (): number => rng.integer(0, 2 ** shape.length);
  const at = (dim: number): number => rng.integer(-dim - 1, dim + 2);
  return {
    inputs: { x: anything(rng, shape) },
    attrs: {
      begin: shape.map((dim) => rng.integer(-dim, dim)),
      end: shape.map(at),
      strides,
      beginMask: mask(),
      endMask: isShrunk ? 2 ** shape.length - 1 : mask(),
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: isShrunk ? mask() : 0,
    },
  };
};

function paddings(rng: Random, shape: number[], largest: (dim: number) => number): [number, number][] {
  return shape.map((dim) => [rng.integer(0, largest(dim) + 1), rng.integer(0, largest(dim) + 1)]);
}

/** Kernels that move, cut, join or make elements. */
export const shapeCases: Record<string, RandomCases> = {
  BatchToSpaceND: (rng) => {
    const block = [rng.integer(1, 4), rng.integer(1, 3)];
    const [h, w] = [rng.integer(1, 4), rng.integer(1, 4)];
    const crop = (dim: number): [number, number] => {
      const before = rng.integer(0, dim);
      return [before, rng.integer(0, dim - before)];
    };
    const shape = [block[0]! * block[1]! * rng.integer(1, 3), h, w, rng.integer(1, 4)];
    const crops = [crop(h * block[0]!), crop(w * block[1]!)];
    return { inputs: { x: floats(rng, shape) }, attrs: { blockShape: block, crops } };
  },
  Concat: (rng) => {
    const { tensors, axis } = alike(rng, rng.integer(1, 4));
    return { inputs: tensors, attrs: { axis }, differentiate: [] };
  },
  DepthToSpace: (rng) => {
    const blockSize = rng.integer(1, 4);
    const shape = [...randomShape(rng, 3), blockSize ** 2 * rng.integer(1, 3)];
    return { inputs: { x: floats(rng, shape) }, attrs: { blockSize, dataFormat: "NHWC" } };
  },
  Diag: (rng) => ({ inputs: { x: anything(rng, shaped(rng, 1, 2)) } }),
  ExpandDims: (rng) => {
    const shape = shaped(rng, 0);
    return {
      inputs: { input: anything(rng, shape) },
      attrs: { dim: rng.integer(-shape.length - 1, shape.length + 1) },
    };
  },
  Fill: (rng) => ({
    inputs: {},
    attrs: { shape: shaped(rng, 0), value: rng.integer(0, 2), dtype: rng.choice(["float32", "int32", "bool"]) },
  }),
  FlipLeftRight: (rng) => ({ inputs: { image: floats(rng, shaped(rng, 4)) } }),
  LinSpace: (rng) => ({
    inputs: {},
    attrs: { start: rng.uniform(-3, 0), stop: rng.uniform(1, 3), num: rng.integer(2, 9) },
  }),
  MirrorPad: (rng) => {
    const shape = randomShape(rng, rng.integer(1, 5)).map((dim) => dim + 1);
    const mode = rng.choice(["reflect", "symmetric"]);
    return {
      inputs: { x: rng.choice([floats, wholes])(rng, shape) },
      attrs: { mode, paddings: paddings(rng, shape, (dim) => (mode === "reflect" ? dim - 1 : dim)) },
    };
  },
  OneHot: (rng) => ({
    inputs: { indices: wholes(rng, shaped(rng, 1, 3), -3, 8) },
    attrs: {
      depth: rng.integer(1, 6),
      onValue: rng.integer(1, 4),
      offValue: rng.integer(-1, 1),
      dtype: rng.choice(["float32", "int32"]),
    },
  }),
  Pack: (rng) => {
    const shape = shaped(rng, 0, 3);
    const draw = rng.choice([floats, wholes, bools]);
    const tensors = Array.from({ length: rng.integer(1, 4) }, () => draw(rng, shape));
    return { inputs: tensors, attrs: { axis: rng.integer(0, shape.length + 1) } };
  },
  PadV2: (rng) => {
    const shape = shaped(rng);
    return {
      inputs: { x: rng.choice([floats, wholes])(rng, shape) },
      attrs: { paddings: paddings(rng, shape, () => 2), constantValue: rng.integer(-2, 3) },
    };
  },
  Range: (rng) => ({
    inputs: {},
    attrs: {
      start: rng.integer(-5, 1),
      stop: rng.integer(1, 9),
      step: rng.choice([1, 2, 0.5]),
      dtype: "float32",
    },
  }),
  Reshape: (rng) => {
    const shape = shaped(rng, 0);
    const order = rng.permutation(shape.length);
    return { inputs: { x: anything(rng, shape) }, attrs: { shape: order.map((axis) => shape[axis]!) } };
  },
  Reverse: (rng) => {
    const shape = shaped(rng);
    const axes = shape.map((_, axis) => axis).filter(() => rng.chance(0.6));
    return {
      inputs: { x: anything(rng, shape) },
      attrs: { dims: axes.map((axis) => (rng.chance(0.3) ? axis - shape.length : axis)) },
    };
  },
  Slice: (rng) => {
    const shape = shaped(rng);
    const begin = shape.map((dim) => rng.integer(0, dim));
    const size = shape.map((dim, i) => (rng.chance(0.2) ? -1 : rng.integer(0, dim - begin[i]! + 1)));
    return { inputs: { x: anything(rng, shape) }, attrs: { begin, size }, differentiate: [] };
  },
  SpaceToBatchND: (rng) => {
    const block = [rng.integer(1, 4), rng.integer(1, 3)];
    const shape = randomShape(rng, 4);
    const pads = block.map((size, i): [number, number] => {
      const before = rng.integer(0, 3);
      return [before, size * Math.ceil((shape[i + 1]! + before) / size) - shape[i + 1]! - before];
    });
    return { inputs: { x: floats(rng, shape) }, attrs: { blockShape: block, paddings: pads } };
  },
  SplitV: (rng) => {
    const shape = shaped(rng, 1, 4, 6);
    const axis = rng.integer(0, shape.length);
    const dim = shape[axis]!;
    const first = rng.integer(0, dim + 1);
    return {
      inputs: { x: anything(rng, shape) },
      attrs: { numOrSizeSplits: rng.chance(0.5) ? divisor(rng, dim) : [first, dim - first], axis },
      differentiate: [],
    };
  },
  StridedSlice: strided,
  Tile: (rng) => {
    const shape = shaped(rng, 1, 4, 3);
    return { inputs: { x: anything(rng, shape) }, attrs: { reps: shape.map(() => rng.integer(1, 4)) } };
  },
  Transpose: (rng) => {
    const shape = shaped(rng);
    return { inputs: { x: anything(rng, shape) }, attrs: { perm: rng.permutation(shape.length) } };
  },
  Unpack: (rng) => {
    const shape = shaped(rng);
    return {
      inputs: { value: anything(rng, shape) },
      attrs: { axis: rng.integer(-shape.length, shape.length) },
      differentiate: [],
    };
  },
};
