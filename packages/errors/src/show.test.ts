import { expect, it } from "vitest";
import { show } from "./index.ts";

it.each([
  ["text", '"text"'],
  [Number.NaN, "NaN"],
  [undefined, "undefined"],
  [{ a: [1, Number.POSITIVE_INFINITY] }, '{"a":[1,"Infinity"]}'],
  [[[[[1]]]], '[[["…"]]]'],
])("shows %o as %s", (value, text) => {
  expect(show(value)).toBe(text);
});

it("cuts long and deeply nested values short", () => {
  expect(show("x".repeat(1e6))).toBe(`"${"x".repeat(78)}…`);
  expect(show(Array(1e6).fill(1))).toHaveLength(80);
  let nested: unknown = 1;
  for (let i = 0; i < 100_000; i++) nested = [nested];
  expect(show(nested)).toBe('[[["…"]]]');
});
