import { type OptionTable, readText } from "@lookonce/config";
import { describe, expect, it } from "vitest";
import { type PairsOptions, readPairs, requireValues, valuesOf } from "./parse.ts";
import { UsageError } from "./usage-error.ts";

const options: OptionTable = {
  model: { type: "text", help: "the model", expects: "file", required: true },
  imgsz: { type: "integer", help: "side", default: 640, min: 32 },
  conf: { type: "number", help: "least confidence", default: 0.25, min: 0, max: 1 },
  max_det: { type: "integer", help: "most boxes", default: 300, min: 1 },
  classes: { type: "integers", help: "classes to keep" },
  device: { type: "choice", choices: ["cpu", "cuda"], help: "device", default: "cpu" },
  weights: { type: "numbers", help: "shares", min: 0 },
  names: { type: "words", help: "names" },
  name: { type: "text", help: "name", expects: "name" },
  save: { type: "boolean", help: "save", default: true },
};

function parse(...argv: string[]): Record<string, unknown> {
  return parseWith({}, ...argv);
}

function parseWith(changes: Partial<PairsOptions>, ...argv: string[]): Record<string, unknown> {
  const name = "predict";
  const values = valuesOf(readPairs(argv, options, { name, ...changes }), options);
  requireValues(values, options, { name, example: "lookonce predict model=yolov8n.pt" });
  return values;
}

function complaint(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
}

describe("options", () => {
  it("fills in what is not given", () => {
    expect(parse("model=a.pt")).toEqual({
      model: "a.pt",
      imgsz: 640,
      conf: 0.25,
      max_det: 300,
      classes: undefined,
      weights: undefined,
      names: undefined,
      device: "cpu",
      name: undefined,
      save: true,
    });
  });

  it("reads the three ways to write a pair, and dashes for underscores", () => {
    const values = parse("--model", "a.pt", "--imgsz=320", "--max-det", "5", "conf=.5", "classes=[0, 2]", "save=False");
    expect(values).toMatchObject({ model: "a.pt", imgsz: 320, max_det: 5, conf: 0.5, classes: [0, 2], save: false });
  });

  it("reads lists of numbers and words", () => {
    expect(parse("model=a", "weights=.8,0.2, 0", "names=[cat, big dog]")).toMatchObject({
      weights: [0.8, 0.2, 0],
      names: ["cat", "big dog"],
    });
  });

  it("reads a flag's key alone as yes, and never the word after it as its value", () => {
    expect(parse("--save", "model=a.pt")).toMatchObject({ save: true, model: "a.pt" });
  });

  it("keeps equals signs in values, and uses the last value", () => {
    expect(parse("model=x", "model=a=b.pt")).toMatchObject({ model: "a=b.pt" });
  });

  it("refuses what it does not know and names the nearest key", () => {
    expect(complaint("model=a.pt", "imgz=320")).toMatch(/no option "imgz"\. Did you mean "imgsz"\?/);
    expect(complaint("model=a.pt", "zzz=1")).toMatch(/no option "zzz"\. It has model, imgsz, conf/);
    expect(complaint("model=a.pt", "__proto__=1")).toMatch(/no option/);
    expect(complaint("a.pt")).toMatch(/cannot read "a\.pt": arguments are key=value, such as model=a\.pt/);
  });

  it.each([
    ["imgsz=16", "whole number from 32"],
    ["imgsz=33.5", "whole number from 32"],
    ["imgsz=", "whole number from 32"],
    ["conf=1.5", "number 0..1"],
    ["conf=NaN", "number 0..1"],
    ["classes=a,b", "0,2,5"],
    ["weights=1,,2", "0.9,0.1,0"],
    ["weights=1,-2", "0.9,0.1,0"],
    ["names=cat,,dog", "cat,dog"],
    ["save=maybe", "true|false"],
    ["name=", "name"],
  ])("refuses %s and says what is expected", (argument, expected) => {
    expect(complaint("model=a.pt", argument)).toContain(`=${expected}`);
  });

  it("reads the words of a choice in any case, and returns them as they are listed", () => {
    const optimizer = { type: "choice", choices: ["SGD", "AdamW"], help: "optimizer" } as const;
    for (const written of ["AdamW", "adamw", "ADAMW"]) expect(readText(optimizer, written)).toBe("AdamW");
    expect(readText(optimizer, "Adam")).toBeUndefined();
  });

  it("names the nearest word of a choice", () => {
    expect(complaint("model=a.pt", "device=cda")).toMatch(/expected device=cpu\|cuda\. Did you mean "cuda"\?/);
  });

  it("asks for missing keys and values", () => {
    expect(complaint("imgsz=64")).toMatch(/predict needs model=file/);
    expect(complaint("model")).toMatch(/model needs a value: model=file/);
    expect(complaint("--model")).toMatch(/model needs a value/);
  });

  it("reads --no- before a flag as no", () => {
    expect(parse("model=a", "--no-save")).toMatchObject({ save: false });
    expect(complaint("model=a", "--no-conf")).toMatch(/no option "no_conf"\. Did you mean "conf"/);
  });

  it("does not read the next option as a value", () => {
    expect(complaint("--conf", "--save", "model=a")).toMatch(/conf needs a value/);
    expect(complaint("--conf", "model=a")).toMatch(/conf needs a value/);
    expect(parse("--model", "-1.pt")).toMatchObject({ model: "-1.pt" });
    expect(complaint("model=a", "-imgsz", "640")).toMatch(/cannot read "-imgsz": options are key=value/);
  });

  it("reads what shells leave: spaces, quotation marks, Windows' paths, a comma between", () => {
    expect(parse("model", "=", "a.pt", "conf=", "0.5", "imgsz", "=64")).toMatchObject({
      model: "a.pt",
      conf: 0.5,
      imgsz: 64,
    });
    expect(parse("model='C:\\my models\\a=b.pt',", 'name="x y"')).toMatchObject({
      model: "C:\\my models\\a=b.pt",
      name: "x y",
    });
    expect(parse("--model", "C:\\a=b.pt", "--name", "'q'")).toMatchObject({ model: "C:\\a=b.pt", name: "q" });
  });

  it("reads None as not set, and Python's True and False", () => {
    expect(parse("model=a", "conf=None", "classes=None", "name=None", "save=True")).toMatchObject({
      conf: 0.25,
      classes: undefined,
      name: undefined,
      save: true,
    });
    expect(complaint("model=None")).toMatch(/needs model=file/);
  });

  it("understands keys of other YOLO programs, and says so", () => {
    const notes: string[] = [];
    const note = (line: string): void => void notes.push(line);
    const values = parseWith({ note }, "model=a.pt", "--img", "64", "--conf-thres=0.4", "--nosave", "pretrained=True");
    expect(values).toMatchObject({ model: "a.pt", imgsz: 64, conf: 0.4, save: false });
    expect(notes).toEqual([
      "img is imgsz=64 here",
      "conf_thres is conf=0.4 here",
      "nosave is save=false here",
      "pretrained=True is not needed: weights come with model=yolov8n.pt, and model=yolov8n.yaml starts without",
    ]);
    expect(complaint("model=a", "mask_ratio=4")).toMatch(/mask_ratio is not an option here: it is for segmentation/);
    expect(complaint("model=a", "show=True")).toMatch(/opens no windows/);
  });

  it("guesses the key of a value that stands alone", () => {
    expect(complaint("best.onnx")).toContain("such as model=best.onnx");
    expect(parseWith({ positional: "name" }, "model=a", "bash")).toMatchObject({ name: "bash" });
  });

  it("shows an example where something is missing", () => {
    expect(complaint()).toMatch(
      /needs model=file\. For example: lookonce predict model=yolov8n\.pt \(all options: lookonce help/,
    );
  });
});
