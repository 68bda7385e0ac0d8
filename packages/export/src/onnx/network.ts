import { traceNetwork } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import type { OnnxModel, OnnxNode, ValueInfo } from "@lookonce/onnx";
import type { OnnxSpec } from "./options.ts";
import { simplifyModel } from "./simplify-model.ts";

/** The images that a network is written for. */
export type NetworkSpec = Pick<OnnxSpec, "height" | "width" | "batch" | "opset">;

/**
 * The network of a fused model up to its raw maps, simplified: from `images` [N, 3, H, W] to float32 maps [N, …, h, w].
 *
 * Its outputs are the head's convolutions themselves: level by level, finest first, boxes, classes and extras apart where the
 * head has a branch for each (v8), else one map (v5); then perhaps the prototypes.
 */
export async function networkOf(model: DetectionModel, spec: NetworkSpec): Promise<OnnxModel> {
  return withBareOutputs(simplifyModel(await traceNetwork(model, spec)));
}

/** Makes the maps the outputs as they are before they are joined and renamed. */
function withBareOutputs(network: OnnxModel): OnnxModel {
  const { graph } = network;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const gone = new Set<OnnxNode>();
  const outputs = graph.outputs.flatMap((output): ValueInfo[] => {
    let names = [output.name];
    for (const op of ["Identity", "Concat"]) {
      const maker = names.length === 1 ? makers.get(names[0] as string) : undefined;
      if (maker?.op !== op) continue;
      gone.add(maker);
      names = [...maker.inputs];
    }
    return names.map((name) => ({ name, type: "float32" }));
  });
  return { ...network, graph: { ...graph, nodes: graph.nodes.filter((node) => !gone.has(node)), outputs } };
}
