import type { OperationGraph } from "@lookonce/graph-model";

/** Fewer numbers than this are not worth less precision. */
const fewest = 1024;

/** The filters of convolutions, by name, where they are large enough to be made smaller. */
export function largeFilters(graph: OperationGraph): ReadonlySet<string> {
  const filters = graph.nodes.filter(({ op }) => /Conv2[dD]/.test(op)).map(({ inputs }) => inputs[1] as string);
  return new Set(filters.filter((name) => (graph.constants.get(name)?.data.length ?? 0) >= fewest));
}
