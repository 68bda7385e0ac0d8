import { type OperationGraph, runGraph } from "@lookonce/graph-model";
import { compileFunction, type EngineTensor } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import { requireAgreement, type WeightPrecision } from "./agreement.ts";
import { channelsLast } from "./channels-last.ts";
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
    const [shape, planes] = [[batch, height, width, 3] as const, [batch, 3, height, width] as const];
    const engine = await compileFunction((x) => runGraph(graph, [x]), { shape });
    try {
      return await requireAgreement(model, {
        file,
        height,
        width,
        batch,
        precision,
        predict: async (images) => {
          const [output, prototypes] = await engine.run(channelsLast({ data: images, shape: planes }), shape);
          return { ...(output as EngineTensor), prototypes: prototypes?.data };
        },
      });
    } finally {
      await engine.dispose();
    }
  };
  if (dynamic) await check(spec.batch + 1);
  return check(spec.batch);
}
