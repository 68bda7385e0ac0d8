import { describe, expect, it } from "vitest";
import { classNumbers } from "./class-numbers.ts";

const names = ["person", "Bus", "traffic light", "bus", "7"];

describe("classNumbers", () => {
  it("accepts numbers, names in any case, and numbers written as texts", () => {
    expect(classNumbers([2, "person", " 3 "], names)).toEqual([2, 0, 3]);
    expect(classNumbers(["Traffic Light"], names)).toEqual([2]);
  });

  it("accepts all classes of a name, each once, and names before numbers", () => {
    expect(classNumbers(["bus", 1], names)).toEqual([1, 3]);
    expect(classNumbers(["7"], names)).toEqual([4]);
    expect(classNumbers([], names)).toEqual([]);
  });

  it.each([
    ["persn", /no class "persn"\. Did you mean "?person"?\?.*0 to 4/],
    [5, /no class 5\..*The model has 5/],
    [-1, /no class -1/],
    [0.5, /no class 0\.5/],
    ["99", /no class "99"/],
  ])("refuses %s", (wanted, message) => {
    expect(() => classNumbers([wanted], names)).toThrow(message);
  });
});
