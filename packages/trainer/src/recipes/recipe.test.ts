import { describe, expect, it } from "vitest";
import { defaultRecipe, makeRecipe } from "./recipe.ts";

describe("makeRecipe", () => {
  it("replaces what is given and keeps the rest", () => {
    expect(makeRecipe({ lr0: 0.1, optimizer: "AdamW" })).toEqual({ ...defaultRecipe, lr0: 0.1, optimizer: "AdamW" });
    expect(makeRecipe({}, { ...defaultRecipe, box: 1 }).box).toBe(1);
  });

  it.each([
    [{ lr: 1 }, /no "lr".*lr0/s],
    [{ optimizer: "Adam" }, /SGD or AdamW/],
    [{ lr0: -1 }, /lr0 must be a number of at least 0/],
    [{ momentum: 1 }, /momentum must be a number from 0 to 0.9999/],
    [{ box: "7" }, /box must be a number/],
    [{ cls: Number.NaN }, /cls must be a number/],
  ])("refuses %o", (overrides, message) => {
    expect(() => makeRecipe(overrides as object)).toThrow(
      expect.objectContaining({ code: "ARGUMENT", message: expect.stringMatching(message) }),
    );
  });
});
