import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseModel } from "@lookonce/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelGraph, writeGraph } from "./index.ts";
import { tinyModel, useOnnxRuntime } from "./test-tiny-model.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-graph-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(["v8", "v5"] as const)("the graph of %s", (config) => {
  it("has the modules for scopes, and shapes on all edges", async () => {
    const model = (await tinyModel(config)).train();
    const nodes = await modelGraph(model, { imgsz: [64, 96] });
    expect(model.training).toBe(true);
    const known = new Map(nodes.map((node) => [node.name, node]));
    expect(known.size).toBe(nodes.length);
    expect(known.get("images")).toMatchObject({ op: "Placeholder", outputs: [{ shape: [1, 64, 96, 3] }] });
    expect(known.get("output0")?.op).toBe("Identity");
    const scopes = new Set([...model.namedModules().keys()].map((path) => path.replaceAll(".", "/")));
    for (const { name, outputs = [], inputs = [] } of nodes) {
      if (name.includes("/")) expect(scopes).toContain(name.slice(0, name.lastIndexOf("/")));
      expect(outputs.length).toBeGreaterThan(0);
      for (const input of inputs) expect(known.has(input.replace(/:\d+$/, ""))).toBe(true);
    }
    // Every weight is a constant under its own name, of the shape that it has.
    const read = nodes.filter(({ op, name }) => op === "Const" && /\/(weight|bias)$/.test(name));
    const paths = [...model.namedParameters().keys()].map((path) => path.replaceAll(".", "/"));
    expect(read.map(({ name }) => name).sort()).toEqual(paths.sort());
    expect(known.get("model/0/conv/weight")?.outputs?.[0]?.shape).toEqual(
      model.namedParameters().get("model.0.conv.weight")?.shape,
    );
    const conv = known.get("model/0/conv/Conv2D");
    expect(conv?.inputs).toEqual(["images", "model/0/conv/weight"]);
    expect(conv?.attributes).toMatchObject({ strides: [2, 2], dataFormat: "NHWC" });
  });

  it("is written for TensorBoard and for Netron", async () => {
    const directory = join(folder, "deep", config);
    const report = await writeGraph(await tinyModel(config), { directory, imgsz: 64, name: "pets" });
    expect(readdirSync(directory).sort()).toEqual([basename(report.events), "pets.onnx"]);
    expect(report.events).toMatch(/events\.out\.tfevents\.\d{10}\./);
    expect(readFileSync(report.events).includes("model/0/conv/Conv2D")).toBe(true);
    const { graph } = parseModel(readFileSync(report.onnx), report.onnx);
    expect(graph.nodes.map(({ name }) => name)).toContain("model/0/conv/Conv_0");
    expect(graph.initializers.has("model.0.conv.weight")).toBe(true);
  });
});

describe("writeGraph", () => {
  it("refuses sizes that do not fit, and writes nothing", async () => {
    const directory = join(folder, "none");
    await expect(writeGraph(await tinyModel("v8"), { directory, imgsz: 100 })).rejects.toMatchObject({
      code: "ARGUMENT",
    });
    expect(readdirSync(folder)).not.toContain("none");
  });
});
