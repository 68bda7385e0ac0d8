import type { OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { Detector } from "./detector.ts";
import { FileDetector } from "./file-detector.ts";
import { MapDetector } from "./map-detector.ts";
import type { DetectorRecipe } from "./recipe.ts";

/** Makes the detector that a recipe describes. */
export async function cookDetector(recipe: DetectorRecipe, engine: OnnxEngineOptions): Promise<Detector> {
  if (recipe.kind === "file") return FileDetector.create(recipe.path, engine);
  return MapDetector.create(recipe.model, recipe.form, engine);
}
