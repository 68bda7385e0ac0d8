import { LookonceError } from "@lookonce/errors";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { DetectionModel, parseModelConfig, readModelConfig, shippedModels, summarize } from "../index.ts";
import { multipleOf8, scaleRepeats, splitScale } from "./scale.ts";

const tiny = {
  nc: 2,
  backbone: [
    [-1, 1, "Conv", [16, 3, 2]],
    [-1, 3, "C2f", [16, true]],
  ],
  head: [[[0, 1], 1, "Detect", ["nc"]]] as unknown[],
};

const build = (changes: object, name = "tiny.yaml"): DetectionModel =>
  new DetectionModel(parseModelConfig({ ...tiny, ...changes }, { name }));

/** The message of the error that `action` throws, which must be one of ours. */
function complaint(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(LookonceError);
    return (error as LookonceError).message;
  }
  throw new Error("nothing was thrown");
}

describe("parseModelConfig", () => {
  it("fills in defaults and replaces the words of Python", () => {
    const config = parseModelConfig({ ...tiny, nc: 5, head: [[-1, 1, "nn.Upsample", ["None", 2, "nearest"]]] });
    expect(config).toMatchObject({
      name: "model",
      nc: 5,
      channels: 3,
      depth: 1,
      width: 1,
      activation: "silu",
      regMax: 16,
    });
    expect(config.layers[2]).toMatchObject({ name: "Upsample", sources: [1], args: [null, 2, "nearest"] });
    expect(parseModelConfig(tiny).layers[2]?.args).toEqual([2]);
  });

  it("is the same again when its source is parsed", () => {
    const config = readModelConfig("yolov8s.yaml", { nc: 7 });
    expect(parseModelConfig(config.source, { name: config.name })).toEqual(config);
    expect(parseModelConfig(structuredClone(config.source), { name: "other" })).toMatchObject({ scale: "s", nc: 7 });
  });

  it("uses the scale asked for, then the file's, then the name's letter, then the first", () => {
    const scales = { n: [0.5, 0.25, 64], s: [1, 1, 64] };
    const scaleOf = (document: object, options = {}): unknown =>
      parseModelConfig({ ...tiny, ...document }, options).scale;
    expect(scaleOf({ scales, scale: "s" }, { scale: "n", name: "yolov8s.yaml" })).toBe("n");
    expect(scaleOf({ scales, scale: "s" }, { name: "yolov8n.yaml" })).toBe("s");
    expect(scaleOf({ scales }, { name: "runs/yolov8s-p2.yaml" })).toBe("s");
    expect(scaleOf({ scales }, { name: "mine.yaml" })).toBe("n");
    expect(complaint(() => scaleOf({ scales }, { scale: "q" }))).toBe(
      'model: there is no scale "q"; its scales are n, s',
    );
  });

  it("finds the family by what only its files have, of the head before that of other layers", () => {
    const familyOf = (changes: object): string => parseModelConfig({ ...tiny, ...changes }).family;
    const layers = (...names: string[]): object => ({ head: names.map((name) => [-1, 1, name, ["nc"]]) });
    expect(familyOf({})).toBe("v8");
    expect(familyOf({ end2end: "True" })).toBe("v26");
    expect(familyOf({ reg_max: 1 })).toBe("v26");
    expect(familyOf({ reg_max: 8, end2end: "False" })).toBe("v8");
    expect(familyOf(layers("A2C2f", "Detect"))).toBe("v12");
    expect(familyOf({ end2end: true, ...layers("A2C2f", "Detect") })).toBe("v26");
    expect(familyOf(layers("RepNCSPELAN4", "Detect"))).toBe("v9");
    expect(familyOf(layers("ELAN1", "Detect"))).toBe("v9");
    expect(familyOf(layers("SCDown", "v10Detect"))).toBe("v10");
    expect(familyOf(layers("C3k2", "Segment26"))).toBe("v26");
    expect(familyOf({ family: "v5", ...layers("A2C2f", "Classify") })).toBe("v5");
    expect(familyOf({ family: "v26", reg_max: 1, ...layers("Segment26") })).toBe("v26");
    expect(complaint(() => familyOf({ end2end: "yes" }))).toBe('model: end2end is "yes": True or False is expected');
  });

  it.each([
    [{ head: [[-1, 1, "v10Detect", ["nc"]]], reg_max: 1 }, "v10Detect is of the family v10, but reg_max: 1 of v26"],
    [
      { head: [[-1, 1, "v10Detect", ["nc"]]], end2end: true },
      "v10Detect is of the family v10, but end2end: True of v26",
    ],
    [{ family: "v8", end2end: true }, "family: v8 is of the family v8, but end2end: True of v26"],
    [
      {
        head: [
          [-1, 1, "Segment26", ["nc"]],
          [-1, 1, "v10Detect", ["nc"]],
        ],
      },
      "v10Detect is of the family v10, but Segment26 of v26",
    ],
    [
      { end2end: true, head: [[-1, 1, "Detect", ["nc", [[1, 2]]]]] },
      "tiny.yaml, layer 2 (Detect): end2end is True, but a head with anchors has no branch",
    ],
    [
      { end2end: false, head: [[-1, 1, "v10Detect", ["nc"]]] },
      "tiny.yaml, layer 2 (v10Detect): end2end is False, but this head always has two branches",
    ],
  ])("reports heads that do not go together: %j", (changes, reason) => {
    expect(complaint(() => build(changes))).toContain(reason);
  });

  it("knows YOLO26's classification models, which only differ in name, by the file that a checkpoint names", () => {
    const head = [[-1, 1, "Classify", ["nc"]]];
    const familyOf = (origin: string): string => parseModelConfig({ ...tiny, head, yaml_file: origin }).family;
    expect(["yolo26n-cls.yaml", "yolo26-cls.yaml", "yolo11n-cls.yaml", "yolo26cls.yaml"].map(familyOf)).toEqual([
      ...["v26", "v26", "v8", "v8"],
    ]);
  });

  it("names all that it does not know of a checkpoint's model, and what it knows", () => {
    const unknown = {
      yaml_file: "yolo27n.yaml",
      head: [
        [-1, 1, "Fancy", [8]],
        [-1, 1, "Fancy", [8]],
        [-1, 1, "Detect27", ["nc"]],
      ],
    };
    expect(complaint(() => build(unknown, "best.pt"))).toMatch(
      /^best\.pt is a model of "yolo27n\.yaml", which has modules that this version of lookonce does not know: Fancy \(layers 2, 3\), Detect27 \(layer 4\)\. It knows the families YOLOv3, .* YOLO26, with the modules .*Conv/,
    );
  });

  it("passes the family to the head", () => {
    expect(build({}).family).toBe("v8");
    expect(build({ reg_max: 1 }).family).toBe("v26");
  });

  it("honors depth_multiple and width_multiple", () => {
    const model = build({ depth_multiple: 0.33, width_multiple: 0.5 });
    expect(summarize(model).modules.map(({ repeats, args }) => [repeats, args])).toEqual([
      [1, [3, 8, 3, 2]],
      [1, [8, 8, 1, true]],
      [1, [2, [8, 8]]],
    ]);
  });

  it("makes a chain of a repeated plain module", () => {
    const model = build({ backbone: [[-1, 3, "Conv", [16, 3, 1]]], head: [[[0], 1, "Detect", ["nc"]]] });
    expect([...model.namedParameters()].slice(0, 7).map(([name, { shape }]) => [name, shape])).toEqual([
      ["model.0.0.conv.weight", [3, 3, 3, 16]],
      ["model.0.0.bn.weight", [16]],
      ["model.0.0.bn.bias", [16]],
      ["model.0.1.conv.weight", [3, 3, 16, 16]],
      ["model.0.1.bn.weight", [16]],
      ["model.0.1.bn.bias", [16]],
      ["model.0.2.conv.weight", [3, 3, 16, 16]],
    ]);
  });

  it("reads activations as PyTorch writes them", () => {
    expect(parseModelConfig({ ...tiny, activation: "nn.ReLU()" }).activation).toBe("relu");
    expect(parseModelConfig({ ...tiny, activation: "torch.nn.LeakyReLU(0.1, inplace=True)" }).activation).toBe(
      "leakyRelu",
    );
    expect(complaint(() => parseModelConfig({ ...tiny, activation: "nn.SiLu()" }))).toContain(
      'Did you mean "nn.SiLU()"?',
    );
  });
});

describe("a faulty model file", () => {
  const conv = [-1, 1, "Conv", [16, 3, 2]];
  const detect = [[0], 1, "Detect", ["nc"]];
  const layers = (...backbone: unknown[]): object => ({ backbone, head: [detect] });

  it.each([
    [
      layers([-1, 1, "Convv", [16]]),
      'tiny.yaml, layer 0 (Convv): unknown module "Convv"; known are',
      'Did you mean "Conv"?',
    ],
    [layers([-2, 1, "Conv", [16]]), "tiny.yaml: layer 0 reads from -2, which does not exist", "only -1, the image"],
    [layers(conv, [3, 1, "Conv", [16]]), "tiny.yaml: layer 1 reads from 3, which does not exist", "are 0 to 0"],
    [layers([[], 1, "Concat", [1]]), "tiny.yaml: layer 0 (Concat) reads from no layer", ""],
    [layers([-1, 1, "Conv", []]), "tiny.yaml, layer 0 (Conv): argument 1 (channels) is missing", "whole number"],
    [layers([-1, 1, "Conv", ["wide"]]), 'tiny.yaml, layer 0 (Conv): argument 1 (channels) is "wide"', ""],
    [
      layers([-1, 1, "Conv", [16, 3, 2, null, 1, 1, 9]]),
      "layer 0 (Conv): takes at most 6 arguments, but 7 are given",
      "",
    ],
    [layers([-1, 1, "Conv", [16, 3, 2, null, 5]]), "groups is 5, which does not divide 3 channels", ""],
    [layers([-1, 0, "Conv", [16]]), "tiny.yaml: layer 0 (Conv): repeats is 0", ""],
    [layers([-1, 1, "Conv"]), 'tiny.yaml: layer 0 is [-1,1,"Conv"]', "[from, repeats, module, arguments] is expected"],
    [layers(conv, [[0, -1], 1, "Conv", [16]]), "layer 1 (Conv): accepts one input, but reads from 2 layers", ""],
    [
      layers(conv, conv, [[0, 1], 1, "Concat", [1]]),
      "layer 2 (Concat): Concat needs feature maps of one size",
      "128x128, 64x64",
    ],
    [layers([-1, 1, "SPPF", [16, 4]]), "argument 2 (kernel) is 4: an odd whole number is expected", ""],
    [layers([-1, 1, "Conv", [16, 999, 1, 0]]), "layer 0 (Conv): nothing is left of the image", ""],
    [
      layers(conv, detect),
      "layer 1 (Detect): a model has one head, its last layer, but layer 2 (Detect) comes after this one",
      "",
    ],
    [layers(conv, [-1, 1, "Contract", [3]]), "layer 1 (Contract): the map or its channels do not divide evenly", ""],
    [layers(conv, [-1, 1, "Expand", [3]]), "the gain's square is 9, which does not divide 16 channels", ""],
    [layers(conv, [-1, 1, "C2PSA", [32]]), "as many channels come out as go in, but they are 32 and 16", ""],
    [
      layers(conv, [-1, 1, "SPP", [16, [4]]]),
      "argument 2 (kernels) is [4]: a list of odd whole numbers is expected",
      "",
    ],
    [{ head: [] }, "tiny.yaml: the last layer must be a head", "Detect"],
    [{ nc: 0 }, "tiny.yaml: nc is 0: a whole number of at least 1 is expected", ""],
    [{ nc: -3 }, "tiny.yaml: nc is -3", ""],
    [{ backbone: undefined }, "tiny.yaml: backbone is missing", ""],
    [
      { head: [[[0, 1], 1, "Detect", ["nc", "anchors"]]] },
      "layer 2 (Detect): anchors are null",
      "each of its 2 inputs",
    ],
    [{ depth_multipel: 1 }, 'tiny.yaml: unknown key "depth_multipel".', 'Did you mean "depth_multiple"?'],
    [{ width_multiple: 0 }, "tiny.yaml: width_multiple is 0: a number above 0 is expected", ""],
    [
      { head: [[[0, 1], 1, "Detect", ["nc", [[1, 2]]]]] },
      "layer 2 (Detect): anchors are [[1,2]]",
      "each of its 2 inputs",
    ],
  ])("%j is reported", (changes, start, end) => {
    const message = complaint(() => build(changes));
    expect(message).toContain(start);
    expect(message).toContain(end);
  });

  it("is reported when it is no YAML or no table", () => {
    expect(complaint(() => parseModelConfig("a: [1", { name: "x.yaml" }))).toMatch(
      /^x\.yaml, line \d is not valid YAML: /,
    );
    expect(complaint(() => parseModelConfig("- 1", { name: "x.yaml" }))).toBe(
      "x.yaml is a list at the top; expected a table of keys such as nc, backbone and head.",
    );
  });
});

describe("readModelConfig", () => {
  it("knows the shipped models by name", () => {
    expect(shippedModels()).toEqual(
      expect.arrayContaining(["yolov5.yaml", "yolov5u.yaml", "yolov8-p2.yaml", "yolov8.yaml"]),
    );
    expect(readModelConfig("yolov8x").scale).toBe("x");
    expect(readModelConfig("yolov5m.yaml")).toMatchObject({ scale: "m", depth: 0.67, width: 0.75 });
  });

  it("says what there is when a name is unknown", () => {
    const messageOf = (name: string): string => complaint(() => readModelConfig(name));
    expect(messageOf("yolov99.yaml")).toMatch(
      /^there is no model file yolov99\.yaml; the shipped ones are .*yolov8\.yaml/,
    );
    expect(messageOf("yolov9n.yaml")).toMatch(
      /^there is no model file yolov9n\.yaml; those of this family are yolov9c\.yaml, [^8]*\. Did you mean "yolov9c.yaml"\?$/,
    );
    expect(messageOf("yolo26n-sge.yaml")).toMatch(/Did you mean "yolo26n-seg.yaml"\?$/);
    expect(messageOf("yolov11x")).toMatch(/Did you mean "yolo11x.yaml"\?$/);
    expect(messageOf("yolov10.yaml")).toMatch(/Did you mean "yolov10..yaml"\?$/);
    expect(messageOf("yolov5s-7")).toMatch(/Did you mean "yolov5s7?.*.yaml"\?$/);
    expect(complaint(() => readModelConfig("nowhere/yolov8n.yaml"))).toContain(
      "there is no model file nowhere/yolov8n",
    );
  });
});

describe("scaling", () => {
  it("rounds repeats half to even and channels up to a multiple of 8", () => {
    expect([3, 5, 7, 1].map((n) => scaleRepeats(n, 0.5))).toEqual([2, 2, 4, 1]);
    expect(scaleRepeats(2, 0.1)).toBe(1);
    expect([1, 8, 9, 60.5].map(multipleOf8)).toEqual([8, 8, 16, 64]);
  });

  it("finds the scale's letter in names", () => {
    expect(splitScale("a/yolov8n-p2.yaml")).toEqual({ unified: "a/yolov8-p2.yaml", scale: "n" });
    expect(splitScale("yolo11x.yaml")).toEqual({ unified: "yolo11.yaml", scale: "x" });
    expect(splitScale("yolov5n6.yaml")).toEqual({ unified: "yolov5-6.yaml", scale: "n" });
    expect(splitScale("yolov5nu")).toEqual({ unified: "yolov5u", scale: "n" });
    expect(splitScale("yolov8.yaml")).toBeUndefined();
    expect(splitScale("yolov5-p34.yaml")).toBeUndefined();
    expect(splitScale("yolov8nano.yaml")).toBeUndefined();
  });
});
