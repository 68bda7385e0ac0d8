import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { registerOnnxRuntime, trace } from "../index.ts";
import { floats, type RandomTensor } from "./test-random-case.ts";

// What tfjs's reference backend does not compute: convolutions in groups, gradients with dilation, resize gradients of
// several images.

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

interface Shape {
  x: [number, number, number, number];
  filter: [number, number, number, number];
  strides: [number, number];
  dilations: [number, number];
  /** Rows and columns of zeros before. */
  before: [number, number];
  after: [number, number];
}

/** Every product of an input, a filter and an output element that belong together, by their flat indices. */
function products({ x, filter, strides, dilations, before, after }: Shape): { triples: number[][]; out: number[] } {
  const [n, h, w, c] = x;
  const [fh, fw, inGroup, outChannels] = filter;
  const size = (i: 0 | 1): number =>
    Math.floor((x[i + 1]! + before[i] + after[i] - (filter[i] - 1) * dilations[i] - 1) / strides[i]) + 1;
  const [oh, ow] = [size(0), size(1)];
  const outGroup = outChannels / (c / inGroup);
  const triples: number[][] = [];
  const each = (sizes: number[], visit: (at: number[]) => void, at: number[] = []): void => {
    if (at.length === sizes.length) visit(at);
    else for (let i = 0; i < sizes[at.length]!; i++) each(sizes, visit, [...at, i]);
  };
  each([n, oh, ow, outChannels, fh, fw, inGroup], ([b, oy, ox, o, fy, fx, i]) => {
    const y = oy! * strides[0] - before[0] + fy! * dilations[0];
    const xx = ox! * strides[1] - before[1] + fx! * dilations[1];
    if (y < 0 || y >= h || xx < 0 || xx >= w) return;
    const channel = Math.floor(o! / outGroup) * inGroup + i!;
    triples.push([
      ((b! * h + y) * w + xx) * c + channel,
      ((fy! * fw + fx!) * inGroup + i!) * outChannels + o!,
      ((b! * oh + oy!) * ow + ox!) * outChannels + o!,
    ]);
  });
  return { triples, out: [n, oh, ow, outChannels] };
}

function drawShape(rng: Random): Shape {
  const pair = (low: number, high: number): [number, number] => [rng.integer(low, high), rng.integer(low, high)];
  const groups = rng.integer(1, 4);
  const [inGroup, outGroup] = pair(1, 3);
  const filter = pair(1, 4);
  return {
    x: [rng.integer(1, 3), ...pair(6, 10), groups * inGroup],
    filter: [...filter, inGroup, groups * outGroup],
    strides: pair(1, 4),
    dilations: pair(1, 3),
    before: [rng.integer(0, filter[0]), rng.integer(0, filter[1])],
    after: [rng.integer(0, filter[0]), rng.integer(0, filter[1])],
  };
}

const run = (kernel: string, inputs: object, attrs: object): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as tf.Tensor;

const tensor = ({ data, shape }: RandomTensor): tf.Tensor => tf.tensor(data, shape);

async function expectClose(actual: tf.Tensor, shape: number[], expected: Float64Array): Promise<void> {
  expect(actual.shape).toEqual(shape);
  const data = await actual.data();
  const worst = expected.reduce((most, want, i) => Math.max(most, Math.abs(data[i]! - want)), 0);
  expect(worst).toBeLessThan(1e-3);
}

describe("convolutions of any stride, padding, dilation and number of groups", () => {
  it.each(Array.from({ length: 24 }, (_, i) => i))("values and gradients, case %i", async (i) => {
    const rng = new Random(`groups ${i}`);
    const shape = drawShape(rng);
    const { triples, out } = products(shape);
    const [x, filter, dy] = [floats(rng, shape.x), floats(rng, shape.filter), floats(rng, out)];
    const sum = (length: number, to: 0 | 1 | 2): Float64Array => {
      const result = new Float64Array(length);
      const factors = [x.data, filter.data, dy.data];
      const [a, b] = ([0, 1, 2] as const).filter((k) => k !== to) as [number, number];
      for (const at of triples) result[at[to]!]! += factors[a]![at[a]!]! * factors[b]![at[b]!]!;
      return result;
    };
    const attrs = {
      strides: shape.strides,
      dilations: shape.dilations,
      pad: [
        [0, 0],
        [shape.before[0], shape.after[0]],
        [shape.before[1], shape.after[1]],
        [0, 0],
      ],
      dataFormat: "NHWC",
    };
    const y = run("Conv2D", { x: tensor(x), filter: tensor(filter) }, attrs);
    const dx = run(
      "Conv2DBackpropInput",
      { dy: tensor(dy), filter: tensor(filter) },
      { ...attrs, inputShape: shape.x },
    );
    const dw = run("Conv2DBackpropFilter", { x: tensor(x), dy: tensor(dy) }, { ...attrs, filterShape: shape.filter });
    await expectClose(y, out, sum(dy.data.length, 2));
    await expectClose(dx, shape.x, sum(x.data.length, 0));
    await expectClose(dw, shape.filter, sum(filter.data.length, 1));
    tf.dispose([y, dx, dw]);
  });
});

describe("resize gradients", () => {
  it.each(["ResizeBilinearGrad", "ResizeNearestNeighborGrad"])("%s is the transposed of the resize", async (kernel) => {
    for (let i = 0; i < 8; i++) {
      const rng = new Random(`${kernel} ${i}`);
      const [n, h, w, c] = [2, rng.integer(1, 6), rng.integer(1, 6), 2] as const;
      const size: [number, number] = i < 3 ? [h * 2, w * 2] : [rng.integer(1, 9), rng.integer(1, 9)];
      const attrs = { size, alignCorners: i % 3 === 1, halfPixelCenters: i % 3 === 2 };
      const images = tensor(floats(rng, [n, h, w, c]));
      const dy = tensor(floats(rng, [n, ...size, c]));
      // ⟨resize(x), dy⟩ = ⟨x, gradient(dy)⟩ for a linear map.
      const forward = tf.sum(tf.mul(run(kernel.replace("Grad", ""), { images }, attrs), dy));
      const backward = tf.sum(tf.mul(images, run(kernel, { images, dy }, attrs)));
      const [a, b] = [(await forward.data())[0]!, (await backward.data())[0]!];
      expect(Math.abs(a - b)).toBeLessThan(1e-3 * Math.max(1, Math.abs(a)));
    }
  });
});

describe("what random calls do not reach", () => {
  it("adds every one of thousands of updates to the same element", async () => {
    const count = 20_000;
    const indices = tf.tensor2d(new Int32Array(count), [count, 1], "int32");
    const sum = await tf.scatterND(indices, tf.ones([count]), [3]).data();
    expect([...sum]).toEqual([count, 0, 0]);
    const segments = tf.unsortedSegmentSum(tf.ones([count, 2]), tf.zeros([count], "int32"), 2);
    expect([...(await segments.data())]).toEqual([count, count, 0, 0]);
  });

  it("keeps the rank where a filled tensor meets one of lower rank", async () => {
    const sum = tf.add(tf.ones([1, 3]), tf.tensor1d([1, 2, 3]));
    const rows = tf.concat([sum, tf.zeros([1, 3])], 0);
    expect(rows.shape).toEqual([2, 3]);
    expect([...(await rows.data())]).toEqual([2, 3, 4, 0, 0, 0]);
  });

  it("works on empty tensors", async () => {
    const none = tf.zeros([0, 3]);
    const joined = tf.concat([none, tf.ones([1, 3])], 0);
    expect([...(await joined.data())]).toEqual([1, 1, 1]);
    expect([...(await tf.sum(none, 0).data())]).toEqual([0, 0, 0]);
    expect([...(await tf.mul(none, 2).data())]).toEqual([]);
    expect([...(await tf.concat([none, none], 0).data())]).toEqual([]);
  });

  it("traces a function that hands back its input or a weight", async () => {
    const weight = tf.tensor1d([1, 2, 3]);
    const model = await trace((x) => [tf.clone(x!), weight], { inputs: [{ name: "x", shape: [2] }] });
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(["output0", "output1"]);
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(["Identity", "Identity"]);
  });

  it("accepts images with channels first", async () => {
    const rng = new Random("nchw");
    const x = tensor(floats(rng, [2, 6, 7, 3])) as tf.Tensor4D;
    const filter = tensor(floats(rng, [3, 2, 3, 4])) as tf.Tensor4D;
    const last = tf.conv2d(x, filter, 2, "same");
    const first = tf.conv2d(tf.transpose(x, [0, 3, 1, 2]), filter, 2, "same", "NCHW");
    const expected = tf.transpose(last, [0, 3, 1, 2]);
    expect(first.shape).toEqual(expected.shape);
    expect([...(await first.data())]).toEqual([...(await expected.data())]);
  });

  it("keeps a copy when the original goes", async () => {
    const x = tf.tensor1d([1, 2]);
    const copy = tf.clone(x);
    x.dispose();
    expect([...(await copy.data())]).toEqual([1, 2]);
    copy.dispose();
  });
});
