import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { float, GraphBuilder, ints, parseModel, serializeModel } from "./index.ts";

const float32 = (shape: number[], values: number[]) => ({
  type: "float32" as const,
  shape,
  data: new Float32Array(values),
});
const int64 = (values: number[]) => ({
  type: "int64" as const,
  shape: [values.length],
  data: BigInt64Array.from(values.map(BigInt)),
});

async function run(bytes: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<ort.InferenceSession.ReturnType> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

describe("ONNX Runtime", () => {
  it("runs a built model, and the same model after reading and writing it", async () => {
    const graph = new GraphBuilder({ name: "affine" });
    const x = graph.input("x", "float32", ["batch", 3]);
    const weights = graph.initializer(float32([3, 2], [1, 2, 3, 4, 5, 6]), "w");
    const product = graph.node("Gemm", [x, weights, ""], { alpha: float(2) });
    const [top, bottom] = graph.multi(
      "Split",
      [product, graph.initializer(int64([1, 1]))],
      { axis: { int: 1 } },
      {
        outputs: 2,
      },
    );
    const joined = graph.node("Concat", [bottom!, top!], { axis: { int: 1 } }, { outputs: ["y"] });
    graph.output(joined, "float32", ["batch", 2]);
    const bytes = serializeModel(graph.build());
    const feeds = { x: new ort.Tensor("float32", Float32Array.of(1, 1, 1, 1, 0, 0), [2, 3]) };
    const expected = [24, 18, 4, 2];
    expect(Array.from((await run(bytes, feeds)).y!.data as Float32Array)).toEqual(expected);
    const again = serializeModel(parseModel(bytes));
    expect(Array.from((await run(again, feeds)).y!.data as Float32Array)).toEqual(expected);
  });

  it("runs a Scan whose body reads a constant around it", async () => {
    const graph = new GraphBuilder();
    const rows = graph.input("rows", "float32", [3, 2]);
    const factor = graph.initializer(float32([2], [1, 10]));
    const info = { type: "float32", shape: [2] } as const;
    const body = graph.body([info, info], (total = "", row = "") => [
      { name: graph.node("Add", [total, graph.node("Mul", [row, factor])]), ...info },
    ]);
    const start = graph.initializer(float32([2], [100, 100]));
    const inputs = [start, rows];
    graph.output(graph.node("Scan", inputs, { body, num_scan_inputs: { int: 1 } }, { outputs: ["y"] }), "float32", [2]);
    const feeds = { rows: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]) };
    const bytes = serializeModel(graph.build());
    for (const model of [bytes, serializeModel(parseModel(bytes))]) {
      expect(Array.from((await run(model, feeds)).y!.data as Float32Array)).toEqual([109, 220]);
    }
  });

  it("runs operators of com.microsoft", async () => {
    const graph = new GraphBuilder();
    const a = graph.input("a", "float32", [2, 2]);
    const y = graph.node("FusedMatMul", [a, a], { transB: { int: 1 } }, { domain: "com.microsoft" });
    graph.output(y, "float32", [2, 2]);
    const model = graph.build();
    expect(model.opsets).toEqual({ "": 20, "com.microsoft": 1 });
    const feeds = { a: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]) };
    expect(Array.from((await run(serializeModel(model), feeds))[y]!.data as Float32Array)).toEqual([5, 11, 11, 25]);
  });

  it("reads the initializers of every type that the runtime can return", async () => {
    const graph = new GraphBuilder();
    const values = {
      float32: Float32Array.of(-1.5, 2),
      float64: Float64Array.of(-1.5, 2),
      int8: Int8Array.of(-128, 127),
      int16: Int16Array.of(-32768, 32767),
      int32: Int32Array.of(-5, 6),
      int64: BigInt64Array.of(-5n, 2n ** 62n),
      uint8: Uint8Array.of(0, 255),
      uint16: Uint16Array.of(0, 65535),
      uint32: Uint32Array.of(0, 4294967295),
      uint64: BigUint64Array.of(0n, 2n ** 63n),
      bool: Uint8Array.of(0, 1),
    } as const;
    for (const type of Object.keys(values) as (keyof typeof values)[]) {
      const name = graph.initializer({ type, shape: [2], data: values[type] });
      graph.output(graph.node("Identity", [name], {}, { outputs: [type] }), type, [2]);
    }
    const words = graph.initializer({ type: "string", shape: [2], data: ["cat", "Hündin"] });
    graph.output(graph.node("Identity", [words], {}, { outputs: ["string"] }), "string", [2]);
    const results = await run(serializeModel(graph.build()), {});
    for (const [type, data] of Object.entries(values)) {
      expect(Array.from(results[type]!.data as Float32Array), type).toEqual(Array.from(data as Float32Array));
    }
    expect(results.string!.data).toEqual(["cat", "Hündin"]);
  });

  it("accepts an initializer without elements, as an optional input that is empty", async () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", [1, 1, 2, 2]);
    const none = graph.initializer(float32([0], []));
    const scales = graph.initializer(float32([4], [1, 1, 2, 2]));
    graph.output(
      graph.node("Resize", [x, none, scales], { axes: ints([0, 1, 2, 3]) }, { outputs: ["y"] }),
      "float32",
      [1, 1, 4, 4],
    );
    const feeds = { x: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [1, 1, 2, 2]) };
    const results = await run(serializeModel(graph.build()), feeds);
    expect(Array.from(results.y!.data as Float32Array)).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });
});
