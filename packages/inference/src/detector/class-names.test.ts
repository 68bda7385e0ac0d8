import { describe, expect, it } from "vitest";
import { classNumbers, formatClassNames, parseClassNames } from "./class-names.ts";

describe("class names in metadata", () => {
  it("are written as a Python dictionary", () => {
    expect(formatClassNames(["person", "traffic light"])).toBe("{0: 'person', 1: 'traffic light'}");
  });

  it.each([
    [["person"]],
    [["d'og", 'the "cat"', "both ' and \"", "back\\slash", "two\nlines", "naïve 猫", "a, b: {c}"]],
    [[]],
  ])("come back as they were: %j", (names) => {
    expect(parseClassNames(formatClassNames(names))).toEqual(names);
  });

  it("are read from JSON and from Python's escapes", () => {
    expect(parseClassNames('["a", "b"]')).toEqual(["a", "b"]);
    expect(parseClassNames('{"0": "a", "1": "b"}')).toEqual(["a", "b"]);
    expect(parseClassNames("{0: 'na\\xefve', 1: '\\u732b',}")).toEqual(["naïve", "猫"]);
  });

  it.each(["", "person", "{0: person}", "{1: 'a'}", "{0: 'a' 2: 'b'}", "{0: 'a", "3"])(
    "are not made up: %s",
    (text) => {
      expect(parseClassNames(text)).toBeUndefined();
    },
  );
});

const names = ["person", "Bus", "traffic light", "bus", "7"];

describe("classNumbers", () => {
  it("takes numbers, names in any case, and numbers written as texts", () => {
    expect(classNumbers([2, "person", " 3 "], names)).toEqual([2, 0, 3]);
    expect(classNumbers(["Traffic Light"], names)).toEqual([2]);
  });

  it("takes all classes of a name, each once, and names before numbers", () => {
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
