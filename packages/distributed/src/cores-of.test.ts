import { expect, it } from "vitest";
import { coresOf } from "./cores-of.ts";

it.each([
  [4, 8, 8, ["a", "a", "b"]],
  [8, 8, 8, ["a", "b", "b"]],
  [1, 2, 2, ["a", "a", "a", "a"]],
  [3, 3, 8, ["a", "a"]],
])("returns %i cores of %i of %i for the first rank on %j", (cores, available, all, hosts) => {
  expect(coresOf({ rank: 0, hosts }, { available, all })).toBe(cores);
});
