import { familySettings, makeRecipe } from "@lookonce/config";
import { describe, expect, it } from "vitest";
import { augmentOf } from "./train-loader.ts";

const { v5, v8 } = familySettings;

describe("augmentOf", () => {
  it("mixes no images in the last epochs", () => {
    const recipe = makeRecipe(v8, { mixup: 0.1, cutmix: 0.2, copy_paste: 0.3, close_mosaic: 2 });
    expect(augmentOf(v8, { recipe, epochsLeft: 3 })).toMatchObject({
      family: "v8",
      hyp: { mosaic: 1, mixup: 0.1, cutmix: 0.2, copy_paste: 0.3 },
    });
    const closed = { mosaic: 0, mixup: 0, cutmix: 0, copy_paste: 0, hsv_s: 0.7, fliplr: 0.5 };
    expect(augmentOf(v8, { recipe, epochsLeft: 2 })).toMatchObject({ hyp: closed });
    expect(augmentOf(v8, { recipe, epochsLeft: 1 })).toMatchObject({ hyp: closed });
  });

  it("keeps YOLOv5's to the end by default", () => {
    expect(augmentOf(v5, { recipe: makeRecipe(v5), epochsLeft: 1 })).toMatchObject({
      family: "v5",
      hyp: { mosaic: 1 },
    });
    expect(augmentOf(v5, { recipe: makeRecipe(v5, { close_mosaic: 1 }), epochsLeft: 1 })).toMatchObject({
      hyp: { mosaic: 0 },
    });
  });
});
