import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { classWeights, drawByWeight, imageWeights } from "./image-weights.ts";
import { planEpoch } from "./plan-epoch.ts";

const files = ["v5/sampling/image_weights.safetensors", "v5/sampling/image_weights.json"];

describeGolden("image weights of YOLOv5", files, () => {
  const golden = goldenTensors("v5/sampling/image_weights.safetensors");
  const values = (name: string): ArrayLike<number> => golden[name]?.data as ArrayLike<number>;
  // vocabulary-allow: pictures
  const { nc, pictures: names } = goldenJson("v5/sampling/image_weights.json");
  const rows = values("labels");
  const images = names.map((_: string, image: number) => {
    const classes: number[] = [];
    for (let i = 0; i < rows.length; i += 6) if (rows[i] === image) classes.push(rows[i + 1] as number);
    return { classes: Int32Array.from(classes) };
  });

  it("are those of the classes, by their frequency", () => {
    expectClose(classWeights(images, nc), values("class_weights"), { rel: 1e-6 });
    expectClose(imageWeights(images, nc), values("image_weights_first_epoch"), { rel: 1e-6 });
  });

  it("grow with what a class lacks in mAP", () => {
    const weights = imageWeights(images, nc, values("class_map"));
    expectClose(weights, values("image_weights_with_maps"), { rel: 1e-6 });
  });
});

describe("imageWeights", () => {
  it("favors rare classes", () => {
    const images = [
      { classes: Int32Array.of(0, 0, 0) },
      { classes: Int32Array.of(0, 1) },
      { classes: Int32Array.of() },
    ];
    expectClose([...classWeights(images, 3)], [1 / 9, 4 / 9, 4 / 9], { rel: 1e-12 });
    expectClose([...imageWeights(images, 3)], [3 / 9, 5 / 9, 0], { rel: 1e-12 });
    expectClose([...imageWeights(images, 3, [0.5, 1, 0])], [1 / 12, 1 / 36, 0], { rel: 1e-12 });
  });
});

describe("drawByWeight", () => {
  it("draws each as often as its weight says, and what weighs nothing never", () => {
    const drawn = drawByWeight([1, 0, 3, 4, 0], 20_000, new Random(2));
    const counts = [0, 1, 2, 3, 4].map((i) => drawn.filter((index) => index === i).length);
    expect([counts[1], counts[4]]).toEqual([0, 0]);
    expectClose([counts[0] ?? 0, counts[2] ?? 0, counts[3] ?? 0], [2500, 7500, 10_000], { rel: 0.06 });
  });

  it("treats weights of nothing but 0 as equal", () => {
    expect(new Set(drawByWeight([0, 0, 0], 100, new Random(1))).size).toBe(3);
  });
});

describe("planEpoch", () => {
  const order = { count: 7, batch: 3, imgsz: 32 };

  it("contains every image once", () => {
    expect(planEpoch(0, order).map(({ indices }) => indices)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    const shuffled = planEpoch(5, { ...order, shuffle: new Random(1) });
    expect(shuffled.flatMap(({ indices }) => indices).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(planEpoch(6, { ...order, shuffle: new Random(1) })).not.toEqual(shuffled);
  });

  it("draws by weight, the same in every run", () => {
    const weighted = { ...order, shuffle: new Random(1), weights: [0, 1, 0, 0, 0, 0, 1] };
    const plans = planEpoch(2, weighted);
    expect(new Set(plans.flatMap(({ indices }) => indices))).toEqual(new Set([1, 6]));
    expect(plans.map(({ indices }) => indices.length)).toEqual([3, 3, 1]);
    expect(planEpoch(2, { ...weighted, shuffle: new Random(1) })).toEqual(plans);
  });

  it.each([[[1, 2]], [[1, 2, 3, Number.NaN, 5, 6, 7]], [[1, 2, 3, 4, 5, -6, 7]]])("refuses weights %j", (weights) => {
    expect(() => planEpoch(0, { ...order, shuffle: new Random(1), weights })).toThrow("for each of 7 images");
  });
});
