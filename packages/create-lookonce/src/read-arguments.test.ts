import { describe, expect, it } from "vitest";
import { readArguments, usage } from "./read-arguments.ts";

describe("npm create lookonce", () => {
  it.each([
    [["pets"], { folder: "pets" }],
    [["my pets", "classes=cat,dog"], { folder: "my pets", classes: ["cat", "dog"] }],
    [["--classes", "cat", "pets", "--model=yolo11s.pt"], { folder: "pets", classes: ["cat"], model: "yolo11s.pt" }],
    [["folder=."], { folder: "." }],
  ])("understands %j", (argv, expected) => {
    expect(readArguments(argv)).toEqual(expected);
  });

  it.each([
    [[], /name the folder of the project, such as npm create lookonce pets/],
    [["my", "pets"], /a name with spaces needs quotation marks, as in npm create lookonce "my pets"/],
    [["pets", "clases=cat"], /no option "clases"\. Did you mean "classes"\?/],
    [["pets", "--fast"], /no option "fast"\. There are folder, classes, model\./],
    [["pets", "model="], /model needs a value: model=file/],
  ])("says what is wrong with %j", (argv, message) => {
    expect(() => readArguments(argv)).toThrow(message);
  });

  it("lists its options", () => {
    for (const key of ["folder=", "classes=", "model="]) expect(usage()).toContain(`  ${key}`);
  });
});
