import { LookonceError } from "@lookonce/errors";
import { type OperationGraph, readModelJson } from "@lookonce/graph-model";
import type { DetectionModel } from "@lookonce/nn";
import type { WeightPrecision } from "../agreement.ts";
import { checkGraph } from "../check-graph.ts";
import type { ExportReport } from "../export-report.ts";
import { type GraphOptions, graphSpec } from "../graph-spec.ts";
import { largeFilters } from "../large-filters.ts";
import { modelNotes } from "../model-notes.ts";
import { detectorOperations } from "../tensorflow/detector-operations.ts";
import { fuseBiases } from "../tensorflow/fuse-biases.ts";
import { writeFolder } from "../write-checked.ts";
import { encodeWeights } from "./encode-weights.ts";
import { modelJson } from "./model-json.ts";
import { scaleFilters } from "./scale-filters.ts";

/** Options of {@link exportTfjs}. */
export interface ExportTfjsOptions extends GraphOptions {
  /** The folder to write, by custom `<name>_web_model`. */
  file: string;
  /** Whether filters lie in the files in half precision: half the size, the same speed. Default false. */
  half?: boolean;
  /** Whether filters lie in the files in 8 bits, with a factor for each output channel: a quarter of the size. Default false. */
  int8?: boolean;
}

/**
 * Writes a detector as a graph model of TensorFlow.js: a folder with `model.json` and files of weights, which
 * `loadGraphModel` of `@tensorflow/tfjs-converter` reads.
 *
 * From `images` [batch, H, W, 3], float32 RGB from 0 to 1, to `output0`, [batch, 4 + nc, A] for YOLOv8 and
 * [batch, A, 5 + nc] for YOLOv5. Before the folder gets its name it is read back, run and compared with the model.
 *
 * @throws LookonceError `ARGUMENT` for options that make no sense, `UNSUPPORTED` for a layer that such graphs cannot say,
 *   `NUMERIC` when the numbers disagree, `IO` when the folder cannot be written
 */
export async function exportTfjs(model: DetectionModel, options: ExportTfjsOptions): Promise<ExportReport> {
  const start = performance.now();
  const { file } = options;
  const spec = graphSpec(model, options);
  const precision = precisionOf(options);
  const fused = fuseBiases(await detectorOperations(model, spec));
  const graph: OperationGraph = {
    ...(precision === "uint8" ? scaleFilters(fused) : fused),
    metadata: { ...modelNotes(model, spec), precision },
  };
  const { entries, files } = encodeWeights(graph, { precision, filters: largeFilters(fused) });
  const json = modelJson(graph, [...files.keys()], entries);
  const content = new Map<string, Uint8Array>([...files, ["model.json", new TextEncoder().encode(json)]]);
  const written = await writeFolder(file, content, async (folder) =>
    checkGraph(model, await readModelJson(`${folder}/model.json`), { spec, precision, file }),
  );
  return { file, format: "tfjs", seconds: (performance.now() - start) / 1000, ...written };
}

function precisionOf({ half = false, int8 = false }: ExportTfjsOptions): WeightPrecision {
  if (half && int8) {
    throw new LookonceError("ARGUMENT", "half and int8 cannot both be had: filters take 16 bits or 8.");
  }
  return int8 ? "uint8" : half ? "float16" : "float32";
}
