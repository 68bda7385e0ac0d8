import { OnnxEngine } from "@lookonce/inference";
import { GraphBuilder, ints, type OnnxModel } from "@lookonce/onnx";
import { describe, expect, it } from "vitest";
import { float32, int64s } from "./constants.ts";
import { withFreeSizes } from "./free-sizes.ts";
import { halve } from "./halve.ts";
import type { NetworkSpec } from "./network.ts";

/** Writes a network of images for a size. */
type Write = (graph: GraphBuilder, x: string, spec: NetworkSpec) => string;

const networkBy =
  (write: Write) =>
  async (spec: NetworkSpec): Promise<OnnxModel> => {
    const graph = new GraphBuilder();
    const x = graph.input("images", "float32", [spec.batch, 3, spec.height, spec.width]);
    graph.output(write(graph, x, spec), "float32");
    return graph.build({ opset: spec.opset });
  };

/** Cells as rows, [N, h·w / 4, 12], as networks with attention have them. */
const rows: Write = (graph, x, { batch, height, width }) => {
  const shape = int64s(graph, [batch, 12, (height * width) / 4]);
  return graph.node("Transpose", [graph.node("Reshape", [x, shape])], { perm: ints([0, 2, 1]) });
};

describe("withFreeSizes", () => {
  it("computes shapes from the images", async () => {
    const network = await withFreeSizes(networkBy(rows), { step: 8, opset: 17 });
    expect(network.graph.inputs[0]?.shape).toEqual(["batch", 3, "height", "width"]);
    const engine = await OnnxEngine.create(network);
    for (const [batch, height, width] of [
      [1, 8, 8],
      [3, 16, 40],
    ] as const) {
      const shape = [batch, 3, height, width];
      const [output] = await engine.run(new Float32Array(batch * 3 * height * width), shape);
      expect(output?.shape).toEqual([batch, (height * width) / 4, 12]);
    }
    await engine.dispose();
  });

  it("leaves a network alone that no size is in", async () => {
    const network = await withFreeSizes(
      networkBy((graph, x) => graph.node("Neg", [x])),
      { step: 8, opset: 17 },
    );
    expect(network.graph.nodes.map(({ op }) => op)).toEqual(["Neg"]);
  });

  it.each<[string, Write]>([
    [
      "a weight a place",
      (graph, x, { height, width }) =>
        graph.node("Add", [x, float32(graph, new Float32Array(height * width), [height, width])]),
    ],
    ["other nodes for other sizes", (graph, x, { width }) => graph.node(width > 50 ? "Neg" : "Abs", [x])],
    [
      "a shape that is no product of sizes",
      (graph, x, { batch, height, width }) =>
        graph.node("Slice", [x, int64s(graph, [0]), int64s(graph, [batch * height * width - 1]), int64s(graph, [3])]),
    ],
  ])("refuses %s", async (_, write) => {
    await expect(withFreeSizes(networkBy(write), { step: 8, opset: 17 })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("works for one size only. Export it without dynamic."),
    });
  });
});

describe("halve", () => {
  const spec = { batch: 1, height: 2, width: 2, opset: 17 };

  it("keeps the input and outputs in single precision, and scales of sizes", async () => {
    const resized = networkBy((graph, x) =>
      graph.node("Resize", [graph.node("Mul", [x, float32(graph, [2])]), "", float32(graph, [1, 1, 1.5, 2], [4])]),
    );
    const network = halve(await resized(spec));
    const engine = await OnnxEngine.create(network);
    const [output] = await engine.run(new Float32Array(12).fill(1), [1, 3, 2, 2]);
    expect(output?.shape).toEqual([1, 3, 3, 4]);
    expect(output?.data).toBeInstanceOf(Float32Array);
    await engine.dispose();
  });

  it("refuses weights beyond the range of half precision", async () => {
    const large = await networkBy((graph, x) => graph.node("Mul", [x, float32(graph, [70000])]))(spec);
    expect(() => halve(large)).toThrow(/contains 70000, and half precision ends at 65504/);
  });
});
