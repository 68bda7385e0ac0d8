import { join, readFile } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import { checkGraph } from "../check-graph.ts";
import type { ExportReport } from "../export-report.ts";
import { type GraphOptions, graphSpec } from "../graph-spec.ts";
import { modelNotes } from "../model-notes.ts";
import { detectorOperations } from "../tensorflow/detector-operations.ts";
import { writeFolder } from "../write-checked.ts";
import { decodeSavedModel } from "./decode-saved-model.ts";
import { encodeSavedModel } from "./encode-saved-model.ts";

/** Options of {@link exportSavedModel}. */
export interface ExportSavedModelOptions extends GraphOptions {
  /** The folder to write, by custom `<name>_saved_model`. */
  file: string;
  /** Whether filters are stored in half precision: half the size, the same speed. Default false. */
  half?: boolean;
}

/**
 * Writes a detector as a TensorFlow SavedModel: a folder with `saved_model.pb`, whose signature `serving_default` maps
 * `images` [batch, H, W, 3], float32 RGB from 0 to 1, to `output0`, [batch, 4 + nc, A] for YOLOv8 and
 * [batch, A, 5 + nc] for YOLOv5; and `metadata.yaml` with class names and stride. It is written without TensorFlow.
 *
 * Before the folder gets its name it is read back, run and compared with the model.
 *
 * @throws LookonceError `ARGUMENT` for options that make no sense, `UNSUPPORTED` for a layer that such graphs cannot say,
 *   `NUMERIC` when the numbers disagree, `IO` when the folder cannot be written
 */
export async function exportSavedModel(model: DetectionModel, options: ExportSavedModelOptions): Promise<ExportReport> {
  const start = performance.now();
  const { file, half = false } = options;
  const spec = graphSpec(model, options);
  const precision = half ? "float16" : "float32";
  const files = new Map([
    ["saved_model.pb", encodeSavedModel(await detectorOperations(model, spec), { half })],
    ["metadata.yaml", new TextEncoder().encode(yaml({ ...modelNotes(model, spec), precision }))],
  ]);
  const written = await writeFolder(file, files, async (folder) =>
    checkGraph(model, decodeSavedModel(await readFile(join(folder, "saved_model.pb"))), { spec, precision, file }),
  );
  return { file, format: "saved_model", seconds: (performance.now() - start) / 1000, ...written };
}

/** A line for each key; values as JSON, which is YAML. */
function yaml(notes: Readonly<Record<string, unknown>>): string {
  return Object.entries(notes)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");
}
