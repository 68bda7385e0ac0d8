import { readFileSync } from "node:fs";
import { type Option, type OptionSchema, optionSchema, optionsMarkdown, replaceRegions } from "@lookonce/config";
import { describe, expect, it } from "vitest";
import { parameterOptions } from "../schemas/predict-schemas.ts";
import { checkJobOptions, jobOptions, jobOptionsSchema, librarySettings } from "./job-options.ts";

describe("checkJobOptions", () => {
  it("accepts the command line's options", () => {
    expect(() =>
      checkJobOptions("train", { epochs: 3, batch: -1, val: "last", freeze: [0, 1], lr0: 0.01, optimizer: "SGD" }),
    ).not.toThrow();
    expect(() => checkJobOptions("train", { freeze: 10, cos_lr: true })).not.toThrow();
    expect(() => checkJobOptions("val", { max_det: 100, conf: 0.5, save_json: true })).not.toThrow();
    expect(() => checkJobOptions("export", { format: "tfjs", imgsz: [320, 640], half: true })).not.toThrow();
  });

  it.each([
    ["train", { epoch: 3 }, 'no option "epoch". Did you mean "epochs"?'],
    ["train", { mosiac: 1 }, 'Did you mean "mosaic"?'],
    ["train", { project: "/etc" }, 'no option "project"'],
    ["train", { name: "../x" }, 'no option "name"'],
    ["train", { device: "cuda" }, 'no option "device"'],
    ["train", { hyp: "/etc/passwd" }, 'no option "hyp"'],
    ["train", { constructor: 1 }, 'no option "constructor"'],
    ["val", { lr0: 1 }, 'a job that is to validate has no option "lr0"'],
    ["export", { file: "/etc/x.onnx" }, 'no option "file"'],
    ["train", { epochs: 0 }, "options.epochs must be a whole number from 1 to 100000, not 0."],
    ["train", { epochs: 1.5 }, "not 1.5"],
    ["train", { epochs: "3" }, 'not "3"'],
    ["train", { epochs: null }, "not null"],
    ["train", { imgsz: 1e6 }, "from 32 to 4096"],
    ["train", { rect: 1 }, "options.rect must be true or false, not 1."],
    ["train", { optimizer: "sgd" }, "one of auto, SGD"],
    ["train", { freeze: [0, -1] }, "a whole number or a list of them"],
    ["train", { lr0: -1 }, "a number of at least 0, not -1"],
    ["train", { momentum: 2 }, "from 0 to 0.9999"],
    ["export", { format: "onxn" }, "one of onnx, tfjs"],
    ["export", { imgsz: [320] }, "a whole number from 32 to 4096, or [height, width], not [320]"],
    ["val", { split: "all" }, "one of val, test, train"],
  ] as const)("refuses %s %j", (kind, options, message) => {
    expect(() => checkJobOptions(kind, options)).toThrow(message);
    expect(() => checkJobOptions(kind, options)).toThrow(expect.objectContaining({ code: "ARGUMENT" }));
  });
});

describe("librarySettings", () => {
  it("has the library's names, and the recipe apart", () => {
    expect(librarySettings("train", { epochs: 3, single_cls: true, auto_anchor: false, lr0: 0.1, box: 7 })).toEqual({
      ...{ epochs: 3, singleCls: true, autoAnchor: false },
      recipe: { lr0: 0.1, box: 7 },
    });
    expect(librarySettings("val", { max_det: 10, save_txt: true })).toEqual({ maxDet: 10, saveTxt: true });
  });
});

describe("jobOptionsSchema", () => {
  it("describes every option", () => {
    const { properties } = jobOptionsSchema("train") as { properties: Record<string, object> };
    expect(Object.keys(properties)).toEqual(Object.keys(jobOptions("train")));
    expect(properties.epochs).toMatchObject({ type: "integer", minimum: 1, description: expect.any(String) });
    expect(properties.val).toMatchObject({ enum: ["every", "last", "never"] });
    expect(properties.rect).toMatchObject({ type: "boolean" });
    expect(properties.freeze).toHaveProperty("anyOf");
  });
});

describe("an option that is added to the schema", () => {
  const warp: Option = { type: "number", help: "strength of the warp", min: 0, max: 1 };
  const extended = (option: Option): OptionSchema => {
    const { summary, options } = optionSchema.train;
    return { ...optionSchema, train: { summary, options: { ...options, warp_gain: option } } };
  };

  it("is validated and described", () => {
    expect(() => checkJobOptions("train", { warp_gain: 0.5 }, extended(warp))).not.toThrow();
    expect(() => checkJobOptions("train", { warp_gain: 2 }, extended(warp))).toThrow(
      "options.warp_gain must be a number from 0 to 1, not 2.",
    );
    expect(jobOptionsSchema("train", extended(warp))).toMatchObject({
      properties: { warp_gain: { type: "number", minimum: 0, maximum: 1, description: "strength of the warp" } },
    });
  });

  it("is refused where the service denies it", () => {
    for (const option of [
      { ...warp, setBy: ["cli"] },
      { type: "text", help: "a file" },
    ] as const) {
      expect(() => checkJobOptions("train", { warp_gain: 0.5 }, extended(option))).toThrow('no option "warp_gain"');
    }
  });
});

it("docs/server.md lists the parameters of a prediction (npm run generate rewrites it)", async () => {
  const page = "../../../../docs/server.md";
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  const parameters = optionsMarkdown(parameterOptions({ maxImgsz: 1280 }));
  await expect(replaceRegions(text, { parameters })).toMatchFileSnapshot(page);
});
