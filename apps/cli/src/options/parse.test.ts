import { describe, expect, it } from "vitest";
import { choice, flag, integer, integers, number, numbers, requiredText, text, words } from "./option.ts";
import { parseOptions } from "./parse.ts";
import { UsageError } from "./usage-error.ts";

const options = {
  model: requiredText("the model", "file"),
  imgsz: integer({ help: "side", fallback: 640, min: 32 }),
  conf: number({ help: "least confidence", fallback: 0.25, min: 0, max: 1 }),
  max_det: integer({ help: "most boxes", fallback: 300, min: 1 }),
  classes: integers("classes to keep"),
  device: choice(["cpu", "cuda"], { help: "device", fallback: "cpu" }),
  weights: numbers({ help: "shares", fallback: undefined }),
  names: words({ help: "names", fallback: undefined }),
  name: text({ help: "name", expects: "name", fallback: undefined }),
  save: flag({ help: "save", fallback: true }),
} as const;

const parse = (...argv: string[]): Record<string, unknown> => parseOptions(argv, options, "predict");

function complaint(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
}

describe("parseOptions", () => {
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

  it("takes a flag's key alone as yes, and never the word after it as its value", () => {
    expect(parse("--save", "model=a.pt")).toMatchObject({ save: true, model: "a.pt" });
  });

  it("keeps equals signs in values, and lets the last value hold", () => {
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

  it("takes the words of a choice in any case, and gives them as they are written", () => {
    const optimizer = choice(["SGD", "AdamW"], { help: "optimiser", fallback: undefined });
    for (const given of ["AdamW", "adamw", "ADAMW"]) expect(optimizer.read(given)).toBe("AdamW");
    expect(optimizer.read("Adam")).toBeUndefined();
  });

  it("names the nearest word of a choice", () => {
    expect(complaint("model=a.pt", "device=cda")).toMatch(/expected device=cpu\|cuda\. Did you mean "cuda"\?/);
  });

  it("asks for missing keys and values", () => {
    expect(complaint("imgsz=64")).toMatch(/predict needs model=file/);
    expect(complaint("model")).toMatch(/model needs a value: model=file/);
    expect(complaint("--model")).toMatch(/model needs a value/);
  });
});
