import { describe, expect, it } from "vitest";
import { familySettings, makeRecipe, recipeOptions } from "../index.ts";

describe("makeRecipe", () => {
  it("has an option for every key of every family's recipe", () => {
    for (const { recipe, optionalHyps } of Object.values(familySettings)) {
      expect(Object.keys(recipeOptions)).toEqual(expect.arrayContaining([...Object.keys(recipe), ...optionalHyps]));
    }
  });

  it("replaces what is given and keeps the rest", () => {
    expect(makeRecipe(familySettings.v8, { lr0: 0.1, optimizer: "AdamW" })).toEqual({
      ...familySettings.v8.recipe,
      lr0: 0.1,
      optimizer: "AdamW",
    });
    expect(makeRecipe(familySettings.v5, { label_smoothing: 0.1, cos_lr: true })).toMatchObject({
      ...familySettings.v5.recipe,
      label_smoothing: 0.1,
      cos_lr: true,
    });
  });

  it("starts from what is different for a task", () => {
    const classify = makeRecipe(familySettings.v5, { lr0: 0.01 }, "classify");
    expect(classify).toMatchObject({ optimizer: "Adam", lr0: 0.01, weight_decay: 5e-5, label_smoothing: 0.1 });
    expect(makeRecipe(familySettings.v5, {}, "segment")).toEqual(familySettings.v5.recipe);
  });

  it.each([
    [{ lr: 1 }, /"lr".*lr0/s],
    [{ optimzer: "SGD" }, /no "optimzer".*optimizer/s],
    [{ obj: 1 }, /"obj".*It is one of YOLOv5/s],
    [{ balance: "auto" }, /"balance"/],
    [{ optimizer: "Lion" }, /optimizer must be one of auto, SGD,.* RMSProp/],
    [{ cos_lr: 1 }, /cos_lr must be true or false/],
    [{ lr0: -1 }, /lr0 must be a number of at least 0/],
    [{ momentum: 1 }, /momentum must be a number from 0 to 0.9999/],
    [{ box: "7" }, /box must be a number/],
    [{ cls: Number.NaN }, /cls must be a number/],
    [{ nbs: 0 }, /nbs must be a number of at least 1/],
    [{ mosaic: 2 }, /mosaic must be a number from 0 to 1/],
  ])("refuses %o", (changes, message) => {
    expect(() => makeRecipe(familySettings.v8, changes as object)).toThrow(
      expect.objectContaining({ code: "ARGUMENT", message: expect.stringMatching(message) }),
    );
  });
});
