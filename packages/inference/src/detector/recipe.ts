import type { OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { Detector } from "./detector.ts";
import { FileDetector } from "./file-detector.ts";
import { MapDetector, type MapDetectorForm } from "./map-detector.ts";

/** A detector as plain data, which can be sent to another thread. The bytes of models lie in shared memory. */
export type DetectorRecipe =
  | { kind: "maps"; model: Uint8Array<SharedArrayBuffer>; form: MapDetectorForm }
  | { kind: "file"; path: string; bytes: number };

/** Makes the detector that a recipe describes. */
export async function cookDetector(recipe: DetectorRecipe, engine: OnnxEngineOptions): Promise<Detector> {
  if (recipe.kind === "file") return FileDetector.create(recipe.path, engine);
  return MapDetector.create(recipe.model, recipe.form, engine);
}
