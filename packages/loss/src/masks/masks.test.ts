import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, useTestDevice, values } from "../test-device.ts";
import { type MaskRows, maskLoss, objectSigns } from "./mask-loss.ts";
import { maskInput } from "./mask-targets.ts";
import { type ImageRows, rowBlocks } from "./row-blocks.ts";

useTestDevice();

describe("objectSigns", () => {
  const boxes = () =>
    tf.tensor3d([
      [
        [1, 0, 3, 2],
        [0.5, 0.5, 4, 1.01],
      ],
    ]);
  const expected = [
    ...[0, -1, 1, 0, 0, -1, 1, 0, 0, 0, 0, 0],
    // Half of a pixel is not enough at the left and the top, and enough at the right and the bottom.
    ...[0, 0, 0, 0, 0, 1, -1, -1, 0, 0, 0, 0],
  ];

  it("is −1 on the object, 1 in the rest of its box, 0 elsewhere, for objects that share a map", async () => {
    const map = tf.tensor3d([
      [
        [0, 1, 2, 2],
        [1, 1, 2, 2],
        [1, 1, 0, 2],
      ],
    ]);
    expectClose(await values(objectSigns(boxes(), map)), expected, {});
  });

  it("is so for objects with a mask each", async () => {
    const masks = tf.tensor4d([
      [
        [
          [0, 1, 0, 0],
          [1, 1, 0, 0],
          [1, 1, 0, 0],
        ],
        [
          [0, 0, 1, 1],
          [0, 0, 1, 1],
          [0, 0, 0, 1],
        ],
      ],
    ]);
    expectClose(await values(objectSigns(boxes(), masks)), expected, {});
  });
});

describe("maskLoss", () => {
  const [batch, height, width, depth, objects, blocks, size] = [2, 4, 5, 3, 3, 4, 2] as const;
  const pixels = height * width;
  const random = new Random(3);
  const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const coefficients = normal(blocks * size * depth);
  const prototypes = normal(batch * pixels * depth);
  const signs = Float32Array.from({ length: batch * objects * pixels }, () => random.integer(-1, 2));
  const images = [1, 0, 0, 1];
  const owners = Array.from(
    { length: blocks * size },
    (_, row) => images[row >> 1]! * objects + random.integer(0, objects),
  );
  const weights = [0.5, 1, 0, 2, 1, 0.25, 3, 1];

  const rowsOf = (x: tf.Tensor): MaskRows => ({
    coefficients: x as tf.Tensor2D,
    images: tf.tensor1d(images, "int32"),
    objects: tf.tensor1d(owners, "int32"),
    weights: tf.tensor1d(weights),
  });
  const rows = () => tf.tensor2d(coefficients, [blocks * size, depth]);
  const maps = () => tf.tensor4d(prototypes, [batch, height, width, depth]);
  const options = () => ({ signs: tf.tensor2d(signs, [batch * objects, pixels]) });

  /** As it is defined: the sum over the pixels of a row's box of −log σ(±logit). */
  function expectedLoss(): number {
    let sum = 0;
    for (const [row, object] of owners.entries()) {
      const image = images[row >> 1]!;
      for (let pixel = 0; pixel < pixels; pixel++) {
        const sign = signs[object * pixels + pixel]!;
        if (sign === 0) continue;
        let logit = 0;
        for (let d = 0; d < depth; d++) {
          logit += coefficients[row * depth + d]! * prototypes[(image * pixels + pixel) * depth + d]!;
        }
        sum += weights[row]! * Math.log1p(Math.exp(sign * logit));
      }
    }
    return sum;
  }

  it.each([1, 100, undefined])("is the weighted cross-entropy in boxes, %s pairs at once", async (pairsAtOnce) => {
    const [loss] = await values(maskLoss(rowsOf(rows()), maps(), { ...options(), pairsAtOnce }));
    expectClose([loss!], [expectedLoss()], { rel: 1e-5 });
  });

  it("has the gradients that differences show", async () => {
    const gradients = tf.grads((x, y) =>
      tf.mul(maskLoss(rowsOf(x), y as tf.Tensor4D, { ...options(), pairsAtOnce: 50 }), 2),
    );
    const [ofRows, ofMaps] = await Promise.all(gradients([rows(), maps()]).map(values));
    const step = 0.05;
    const rowShape = { point: coefficients, shape: [blocks * size, depth], step };
    const byRows = await differences((x) => tf.mul(maskLoss(rowsOf(x), maps(), options()), 2), rowShape);
    expectClose(ofRows!, byRows, { abs: 5e-3, rel: 1e-2 });
    const mapShape = { point: prototypes, shape: [batch, height, width, depth], step };
    const byMaps = await differences((x) => tf.mul(maskLoss(rowsOf(rows()), x as tf.Tensor4D, options()), 2), mapShape);
    expectClose(ofMaps!, byMaps, { abs: 5e-3, rel: 1e-2 });
    expect(Math.max(...ofMaps!)).toBeGreaterThan(1);
  });

  it("is finite and nearly the logit for logits of 1e4", async () => {
    const huge = tf.fill([2, 1], 1e4) as tf.Tensor2D;
    const block: MaskRows = {
      coefficients: huge,
      images: tf.tensor1d([0], "int32"),
      objects: tf.tensor1d([0, 1], "int32"),
      weights: tf.tensor1d([1, 1]),
    };
    const one = tf.tensor2d([[1], [-1]]);
    const { value, grads } = tf.valueAndGrads((x, y) =>
      maskLoss({ ...block, coefficients: x as tf.Tensor2D }, y as tf.Tensor4D, { signs: one }),
    )([huge, tf.ones([1, 1, 1, 1])]);
    expect((await values(value))[0]).toBeCloseTo(1e4, 1);
    expect([...(await values(grads[0]!))]).toEqual([1, 0]);
  });
});

describe("rowBlocks", () => {
  it("has every row once, with its weight, in a block of its image", () => {
    const random = new Random(5);
    const images = Array.from({ length: 20 }, (_, image): ImageRows => {
      const rows = Int32Array.from({ length: random.integer(0, 150) }, (_, i) => 1000 * image + i);
      return { image, rows, weights: Float32Array.from(rows, (row) => row + 1) };
    });
    const { blockImages, blockRows, blockWeights } = rowBlocks(images);
    const [blocks, size] = blockRows.shape as [number, number];
    expect(blockImages.shape).toEqual([blocks]);
    const found = [...blockRows.data].filter((row, at) => {
      if (blockWeights.data[at] === 0) return false;
      expect(blockImages.data[Math.floor(at / size)]).toBe(Math.floor(row / 1000));
      expect(blockWeights.data[at]).toBe(row + 1);
      return true;
    });
    expect(found).toEqual(images.flatMap(({ rows }) => [...Array.from(rows)]));
  });

  it("has few numbers of blocks, and some where there is no row", () => {
    const numbers = new Set(
      Array.from(
        { length: 300 },
        (_, objects) => rowBlocks([{ image: 0, rows: new Int32Array(64 * objects) }]).blockImages.shape[0],
      ),
    );
    expect([...numbers]).toEqual([8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384]);
    expect([...rowBlocks([]).blockWeights.data].every((weight) => weight === 0)).toBe(true);
  });
});

describe("maskInput", () => {
  const base = { labels: new Int32Array(2), boxes: new Float32Array(8), mask: new Float32Array(2), maxTargets: 1 };

  it("reads the nearest pixel, each way by its own ratio", () => {
    const masks = Uint8Array.from({ length: 2 * 4 * 6 }, (_, i) => i);
    const { data, shape } = maskInput({ ...base, masks, maskSize: [4, 6] }, 2, { height: 2, width: 4 });
    expect(shape).toEqual([2, 2, 4]);
    expect([...data]).toEqual([0, 1, 3, 4, 12, 13, 15, 16, 24, 25, 27, 28, 36, 37, 39, 40]);
  });

  it("has an axis of objects where each has its own mask", () => {
    const masks = new Uint8Array(2 * 3 * 4);
    expect(maskInput({ ...base, maxTargets: 3, masks, maskSize: [2, 2] }, 2, { height: 2, width: 2 }).shape).toEqual([
      2, 3, 2, 2,
    ]);
  });

  it("says that labels have no outlines", () => {
    expect(() => maskInput(base, 2, { height: 2, width: 2 })).toThrow(
      expect.objectContaining({ code: "DATA", message: expect.stringContaining("no outlines of objects") }),
    );
  });
});
