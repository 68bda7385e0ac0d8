import { quickstartModels } from "@lookonce/config";
import { parseModelConfig } from "@lookonce/nn";
import { describe, expect, it } from "vitest";
import { modelFileText } from "./model-file.ts";
import { shapesModel } from "./shapes.ts";

describe("modelFileText", () => {
  it.each(quickstartModels)("can be read back as the same model, %s", (model) => {
    const config = shapesModel(5, { model });
    const text = modelFileText(config);
    expect(parseModelConfig(text, { name: config.name })).toEqual(config);
    expect(text).toMatch(/^ {2}- \[-1,1,"Conv",\[64,3,2\]\]$/m);
  });
});
