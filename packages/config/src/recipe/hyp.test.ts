import { LookonceError } from "@lookonce/errors";
import { describeGolden, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { familySettings, hypPreset, hypPresets, parseHyp } from "../index.ts";

describeGolden("hyper-parameter presets", ["v5/evolve/hyps.json"], () => {
  it("are those of YOLOv5's files", () => {
    const files: Record<string, object> = goldenJson("v5/evolve/hyps.json");
    const names = { VOC: "voc", Objects365: "objects365" } as Record<string, string>;
    expect(Object.keys(files)).toHaveLength(6);
    for (const [fileName, values] of Object.entries(files)) {
      const name = fileName.slice("hyp.".length);
      expect(hypPreset(`v5-${names[name] ?? name}`), fileName).toEqual(values);
      expect(parseHyp(values, { family: familySettings.v5, name: fileName }), fileName).toEqual(values);
    }
  });
});

describe("hypPreset", () => {
  it("knows YOLOv8's defaults", () => {
    expect(hypPreset("v8")).toMatchObject({ box: 7.5, dfl: 1.5, scale: 0.5, mosaic: 1, copy_paste_mode: "flip" });
    expect(hypPreset("v8-no-augmentation")).toMatchObject({
      mosaic: 0,
      hsv_s: 0,
      fliplr: 0,
      bgr: 0,
      cutmix: 0,
      lr0: 0.01,
    });
  });
  it("hands out copies", () => {
    const mine = hypPreset("v5-scratch-low");
    mine.lr0 = 5;
    expect(hypPresets["v5-scratch-low"].lr0).toBe(0.01);
  });
  it("names the nearest preset", () => {
    expect(() => hypPreset("v5-scratch-hihg")).toThrow('Did you mean "v5-scratch-high"?');
    expect(() => hypPreset("toString")).toThrow(LookonceError);
  });
});

describe("parseHyp", () => {
  it("fills in what is missing", () => {
    expect(parseHyp({ mosaic: 0.3 }, { family: familySettings.v8 })).toEqual({ ...hypPresets.v8, mosaic: 0.3 });
    const base = hypPresets["v5-voc"];
    expect(parseHyp({ anchors: 4, hsv_h: undefined }, { family: familySettings.v5, base })).toEqual({
      ...base,
      anchors: 4,
    });
  });
  it("refuses keys that it does not know", () => {
    expect(() => parseHyp({ mozaic: 1 }, { family: familySettings.v8 })).toThrow('Did you mean "mosaic"?');
    expect(() => parseHyp({ obj: 1 }, { family: familySettings.v8 })).toThrow("It is one of YOLOv5.");
    expect(() => parseHyp({ dfl: 1 }, { family: familySettings.v5 })).toThrow("It is one of YOLOv8.");
    expect(() => parseHyp({ label_smoothing: 0 }, { family: familySettings.v8 })).toThrow("It is one of YOLOv5.");
  });
  it("passes over keys that have no effect", () => {
    expect(parseHyp({ crop_fraction: 1 }, { family: familySettings.v8 })).toEqual(hypPresets.v8);
  });
  it("refuses values out of range", () => {
    expect(() => parseHyp({ mixup: 1.5 }, { family: familySettings.v8, name: "a.yaml" })).toThrow(
      "a.yaml: mixup must be a number from 0 to 1, not 1.5.",
    );
    expect(() => parseHyp({ lr0: -1 }, { family: familySettings.v5 })).toThrow(
      "lr0 must be a number of at least 0, not -1.",
    );
    expect(() => parseHyp({ box: "7.5" }, { family: familySettings.v8 })).toThrow(
      'box must be a number of at least 0, not "7.5".',
    );
    expect(() => parseHyp({ degrees: Number.NaN }, { family: familySettings.v8 })).toThrow("degrees must be");
    expect(() => parseHyp({ copy_paste_mode: "swap" }, { family: familySettings.v8 })).toThrow("one of flip, mixup");
  });
});
