import { type OperationGraph, runGraph } from "@lookonce/graph-model";
import { compileFunction } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { requireAgreement, type WeightPrecision } from "./agreement.ts";
import type { Prediction } from "./compare.ts";
import type { Agreement } from "./export-report.ts";
import type { GraphSpec } from "./graph-spec.ts";

/**
 * Runs a graph that was read back and compares it with the model; one for any number of images with an image more, too.
 *
 * @throws LookonceError `NUMERIC` when they disagree
 */
export async function checkGraph(
  model: DetectionModel,
  graph: OperationGraph,
  { spec, precision, file }: { spec: GraphSpec; precision: WeightPrecision; file: string },
): Promise<Agreement> {
  const { height, width, dynamic } = spec;
  const check = async (batch: number): Promise<Agreement> => {
    const shape = [batch, height, width, 3] as const;
    const engine = await compileFunction((x) => runGraph(graph, [x])[0] as tf.Tensor, { shape });
    try {
      return await requireAgreement(model, {
        file,
        height,
        width,
        batch,
        precision,
        predict: async (images) => {
          const [output] = await engine.run(channelsLast(images, shape), shape);
          return output as Prediction;
        },
      });
    } finally {
      await engine.dispose();
    }
  };
  if (dynamic) await check(spec.batch + 1);
  return check(spec.batch);
}

/** [N, 3, H, W] → [N, H, W, 3] */
function channelsLast(
  planes: Float32Array,
  [batch, height, width, channels]: readonly [number, number, number, number],
): Float32Array {
  const values = new Float32Array(planes.length);
  const area = height * width;
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const plane = (image * channels + channel) * area;
      const first = image * area * channels + channel;
      for (let i = 0; i < area; i++) values[first + i * channels] = planes[plane + i] as number;
    }
  }
  return values;
}
