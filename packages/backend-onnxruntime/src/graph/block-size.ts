import { GraphBuilder, int, ints, type OnnxModel } from "@lookonce/onnx";
import { compile, hostTensor } from "./runtime.ts";

let found: Promise<number | undefined> | undefined;

/**
 * How many channels a block of ONNX Runtime's operators on blocks has on this machine (domain `com.microsoft.nchwc`): 16 with
 * AVX-512, 8 with AVX2; `undefined` where there are none, or where they do not compute what they should: they are made
 * for the runtime's own optimizer and may change with its version.
 */
export function findBlockSize(): Promise<number | undefined> {
  found ??= tryBlocks().catch(() => undefined);
  return found;
}

async function tryBlocks(): Promise<number | undefined> {
  const channels = 4;
  const reordered = await run({ x: [1, channels, 1, 1] }, { x: counted(channels) }, (graph) =>
    nchwc(graph, "ReorderInput", ["x"], { channels_last: int(0) }),
  );
  const block = reordered.length;
  if (block !== 8 && block !== 16) return undefined;
  const shapes = { x: [1, 2, 2, 3 * block], weights: [2 * block, 3 * block, 1, 1], sum: [1, 2, 2, 2 * block] };
  const size = (name: keyof typeof shapes): number => shapes[name].reduce((product, dim) => product * dim, 1);
  const [x, weights, sum] = [counted(size("x")), counted(size("weights")), counted(size("sum"))];
  const y = await run(shapes, { x, weights, sum }, (graph) => {
    const [image, added] = ["x", "sum"].map((name) => nchwc(graph, "ReorderInput", [name], { channels_last: int(1) }));
    const split = graph.node("Reshape", ["weights", int64s(graph, [2, block, 3, block, 1, 1])]);
    const turned = graph.node("Transpose", [split], { perm: ints([0, 2, 4, 5, 3, 1]) });
    const filter = graph.node("Reshape", [turned, int64s(graph, shapes.weights)]);
    const out = nchwc(graph, "Conv", [image ?? "", filter, "", added ?? ""], { kernel_shape: ints([1, 1]) });
    return nchwc(graph, "ReorderOutput", [out], { channels: int(2 * block), channels_last: int(1) });
  });
  const isRight = y.every((value, i) => {
    const [pixel, output] = [Math.floor(i / (2 * block)), i % (2 * block)];
    let expected = sum[i] ?? 0;
    for (let c = 0; c < 3 * block; c++) {
      expected += (x[pixel * 3 * block + c] ?? 0) * (weights[output * 3 * block + c] ?? 0);
    }
    return Math.abs(value - expected) < 1e-4;
  });
  return isRight ? block : undefined;
}

async function run(
  shapes: Record<string, number[]>,
  contents: Record<string, Float32Array>,
  write: (graph: GraphBuilder) => string,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  for (const [name, shape] of Object.entries(shapes)) graph.input(name, "float32", shape);
  graph.node("Identity", [write(graph)], {}, { outputs: ["y"] });
  graph.output("y", "float32");
  const model: OnnxModel = graph.build();
  const session = await compile(model, { executionProviders: ["cpu"] });
  const feeds = Object.entries(contents).map(([name, data]) => [
    name,
    hostTensor({ dtype: "float32", shape: shapes[name] ?? [] }, data),
  ]);
  const { y } = await session.run(Object.fromEntries(feeds), { y: null });
  await session.release();
  return y?.data as Float32Array;
}

/** Numbers between −1 and 1 that do not repeat soon. */
function counted(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i + 1));
}

function int64s(graph: GraphBuilder, values: readonly number[]): string {
  return graph.initializer({ type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) });
}

function nchwc(...[graph, op, inputs, attributes]: [GraphBuilder, string, string[], object]): string {
  return graph.node(op, inputs, attributes as never, { domain: "com.microsoft.nchwc" });
}
