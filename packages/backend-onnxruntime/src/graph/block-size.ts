import { GraphBuilder, int, ints } from "@lookonce/onnx";
import type { Engine } from "../engine/engine.ts";
import { Lowering } from "./lowering.ts";
import { type Floats, runOnce } from "./run-once.ts";
import { sizeOf } from "./value.ts";

const found = new WeakMap<Engine, Promise<number | undefined>>();

/**
 * How many channels a block of ONNX Runtime's operators on blocks has in this engine (domain `com.microsoft.nchwc`): 16 with
 * AVX-512, 8 with AVX2; `undefined` where there are none, or where they do not compute what they should: they are made
 * for the runtime's own optimizer and may change with its version.
 */
export function findBlockSize(engine: Engine): Promise<number | undefined> {
  const answer = found.get(engine) ?? tryBlocks(engine).catch(() => undefined);
  found.set(engine, answer);
  return answer;
}

async function tryBlocks(engine: Engine): Promise<number | undefined> {
  const reordered = await run(engine, { x: counted([1, 4, 1, 1]) }, (to) =>
    to.nchwc("ReorderInput", ["x"], { channels_last: int(0) }),
  );
  const block = reordered.length;
  if (block !== 8 && block !== 16) return undefined;
  return (await engine.tried(`convolution on blocks of ${block}`, () => convolves(engine, block))) ? block : undefined;
}

/** Whether a convolution on blocks computes what it should. */
async function convolves(engine: Engine, block: number): Promise<boolean> {
  const x = counted([1, 2, 2, 3 * block]);
  const weights = counted([2 * block, 3 * block, 1, 1]);
  const sum = counted([1, 2, 2, 2 * block]);
  const y = await run(engine, { x, weights, sum }, (to) => {
    const [image, added] = ["x", "sum"].map((name) => to.nchwc("ReorderInput", [name], { channels_last: int(1) }));
    const turned = to.transpose(to.reshape("weights", [2, block, 3, block, 1, 1]), [0, 2, 4, 5, 3, 1]);
    const filter = to.reshape(turned, weights.shape);
    const out = to.nchwc("Conv", [image ?? "", filter, "", added ?? ""], { kernel_shape: ints([1, 1]) });
    return to.nchwc("ReorderOutput", [out], { channels: int(2 * block), channels_last: int(1) });
  });
  return y.every((value, i) => {
    const [pixel, output] = [Math.floor(i / (2 * block)), i % (2 * block)];
    let expected = sum.data[i] ?? 0;
    for (let c = 0; c < 3 * block; c++) {
      expected += (x.data[pixel * 3 * block + c] ?? 0) * (weights.data[output * 3 * block + c] ?? 0);
    }
    return Math.abs(value - expected) < 1e-4;
  });
}

/** Computes what `write` adds to a graph of these inputs; it returns the name of the result. */
async function run(
  engine: Engine,
  inputs: Record<string, Floats>,
  write: (to: Lowering) => string,
): Promise<Float32Array> {
  const graph = new GraphBuilder();
  for (const [name, { shape }] of Object.entries(inputs)) graph.input(name, "float32", shape);
  graph.output(write(new Lowering(graph, "onnxruntime")), "float32");
  const [output] = await runOnce(engine, graph, inputs);
  return output as Float32Array;
}

/** Numbers between −1 and 1 that do not repeat soon. */
function counted(shape: number[]): Floats {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + 1)) };
}
