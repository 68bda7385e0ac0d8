import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { tinyModelYaml } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { autoAnchor } from "./auto-anchor.ts";

/** An anchor-based model of strides 2 and 4, with two anchors on each. */
const model = (anchors: number[][]): DetectionModel =>
  new DetectionModel(parseModelConfig(tinyModelYaml({ nc: 2, layers: [4, 4], anchors }), { name: "small.yaml" }));

/** Images of 100 × 80, each with boxes of these shares of its sides. */
const images = (shares: [number, number][]) =>
  Array.from({ length: 20 }, () => ({
    ...{ width: 100, height: 80, boxes: Float32Array.from(shares.flatMap(([w, h]) => [0.5, 0.5, w, h])) },
  }));

const bad = [
  [1, 1, 2, 2],
  [3, 3, 3, 4],
];
const shares: [number, number][] = [
  [0.1, 0.2],
  [0.3, 0.2],
  [0.5, 0.9],
  [0.9, 0.6],
];
const options = { images: images(shares), imgsz: 100, rng: new Random(5), generations: 100 };

describe("autoAnchor", () => {
  it("leaves anchors alone that fit", () => {
    const net = model([
      [10, 16, 30, 16],
      [50, 72, 90, 48],
    ]);
    const found = autoAnchor(net, options);
    expect(found).toMatchObject({ outcome: "good", recall: 1 });
    expect(found.line).toMatch(/^AutoAnchor: \d\.\d\d anchors\/target, 1\.000 best possible recall \(BPR\): .* fit/);
    expect(net.anchors[0]?.[0]).toEqual([5, 8]);
  });

  it("replaces anchors that do not, small ones on the fine grid", () => {
    const net = model(bad);
    const found = autoAnchor(net, options);
    expect(found).toMatchObject({ outcome: "fitted", recall: 1 });
    expect(found.before.recall).toBeLessThan(0.6);
    const areas = found.anchors.flat().map(([w, h]) => w * h);
    expect(areas).toEqual([...areas].sort((a, b) => a - b));
    expect(net.anchors[1]?.[1]?.[0]).toBeCloseTo((found.anchors[1]?.[1]?.[0] as number) / 4, 4);
    expect(autoAnchor(model(bad), options).anchors).toEqual(found.anchors);
  });

  it("keeps its own where no better ones are found", () => {
    const extreme = images([[0.02, 0.99]]);
    const net = model([
      [2, 79, 2, 79],
      [2, 79, 2, 79],
    ]);
    expect(autoAnchor(net, { ...options, images: extreme }).outcome).toBe("good");
    expect(autoAnchor(net, { ...options, images: images([]) }).outcome).toBe("kept");
    // A threshold that nothing meets within the images' changes of scale.
    const strict = { ...options, images: extreme, threshold: 1.0001 };
    const before = net.anchors;
    expect(autoAnchor(net, strict).outcome).toBe("kept");
    expect(net.anchors).toEqual(before);
  });

  it("fits anchors that are good already with `always`", () => {
    const net = model([
      [10, 16, 30, 16],
      [50, 72, 90, 48],
    ]);
    expect(autoAnchor(net, { ...options, always: true }).outcome).toBe("fitted");
  });
});
