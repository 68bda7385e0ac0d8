import { describe, expect, it } from "vitest";
import { formatClassNames, parseClassNames } from "./class-names.ts";

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
