import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Contract,
  DetectionModel,
  Expand,
  Focus,
  loadStateDict,
  parseModelConfig,
  SPP,
  SPPF,
  stateDict,
  summarize,
  ZeroPad2d,
} from "../index.ts";

beforeAll(() => enterTestDevice("javascript"));

/** The image 0 1 2 3 / 4 5 6 7, one channel. */
const image = (): tf.Tensor4D => tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 1]);

const listed = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe("modules that rearrange", () => {
  it("Contract moves blocks row by row into channels, and Expand moves them back", () => {
    const blocks = new Contract(2).forward(image());
    expect([blocks.shape, listed(blocks)]).toEqual([
      [1, 1, 2, 4],
      [0, 1, 4, 5, 2, 3, 6, 7],
    ]);
    expect(listed(new Expand(2).forward(blocks))).toEqual(listed(image()));
    expect([new Contract(2).outputShape([4, 6, 3]), new Expand(2).outputShape([2, 3, 12])]).toEqual([
      [2, 3, 12],
      [4, 6, 3],
    ]);
  });

  it("Focus moves blocks column by column", () => {
    const focus = new Focus(1, 4, { activation: "identity" }).eval();
    focus.conv.conv.weight.value.assign(tf.reshape(tf.eye(4), [1, 1, 4, 4]));
    const y = listed(focus.forward(image())).map((v) => Math.round(v));
    expect(y).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
  });

  it("ZeroPad2d counts left, right, top, bottom", () => {
    const pad = new ZeroPad2d([1, 0, 0, 2]);
    expect(pad.outputShape([2, 4, 1])).toEqual([4, 5, 1]);
    expect(listed(pad.forward(image())).slice(0, 6)).toEqual([0, 0, 1, 2, 3, 0]);
  });
});

describe("SPP", () => {
  it("computes what SPPF computes with the same weights", async () => {
    const [spp, sppf] = [new SPP(8, 4).eval(), new SPPF(8, 4).eval()];
    for (const variable of sppf.namedParameters().values()) {
      variable.assign(tf.randomNormal(variable.shape, 0, 1, "float32", 5));
    }
    loadStateDict(spp, await stateDict(sppf));
    const x = tf.randomNormal<tf.Rank.R4>([1, 9, 7, 8], 0, 1, "float32", 3);
    expect(listed(spp.forward(x))).toEqual(listed(sppf.forward(x)));
  });
});

describe("anchors by name", () => {
  const document = (anchors: unknown): object => ({
    nc: 1,
    anchors,
    backbone: [[-1, 1, "Conv", [8, 3, 2]]],
    head: [[[0, 0, 0], 1, "Detect", ["nc", "anchors"]]],
  });

  it("are those of the table", () => {
    for (const name of ["p5_640", "anchors_p5_640"]) {
      const model = new DetectionModel(parseModelConfig(document(name)));
      expect(model.anchors[0]?.[0]).toEqual([5, 6.5]);
      expect(summarize(model).head.parameters).toBe(3 * (8 + 1) * 18);
    }
  });

  it("must be known", () => {
    expect(() => new DetectionModel(parseModelConfig(document("p5_641")))).toThrow(/anchors are "p5_641".*p5_640/);
  });
});
