import type { GraphBuilder } from "@lookonce/onnx";
import type { Engine } from "../engine/engine.ts";

/** Contents of a tensor of float32. */
export interface Floats {
  readonly shape: number[];
  readonly data: Float32Array;
}

/**
 * Runs a graph on the CPU provider and frees it: to find out what the runtime computes.
 *
 * @param inputs contents by name; as the outputs, of float32
 * @returns contents of the outputs, in their order
 */
export async function runOnce(
  engine: Engine,
  graph: GraphBuilder,
  inputs: Readonly<Record<string, Floats>>,
): Promise<Float32Array[]> {
  const model = graph.build();
  // Threads that wait for work delay the end of their session, by up to 20 ms.
  const session = await engine.compile(model, { executionProviders: ["cpu"], threads: 1 });
  try {
    const feeds = Object.entries(inputs).map(([name, { shape, data }]) => {
      return [name, engine.tensor({ dtype: "float32", shape }, data)];
    });
    const names = model.graph.outputs.map(({ name }) => name);
    const results = await session.run(Object.fromEntries(feeds), Object.fromEntries(names.map((name) => [name, null])));
    return names.map((name) => results[name]?.data as Float32Array);
  } finally {
    await session.release();
  }
}
