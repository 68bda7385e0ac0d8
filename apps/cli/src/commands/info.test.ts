import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeShared, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();

interface Info {
  parameters: number;
  gradients: number;
  layers: number;
  gflops: number;
  strides: number[];
  head: { parameters: number };
  modules: { index: number; from: unknown; name: string; parameters: number; shape: unknown }[];
}

describe("lookonce info", () => {
  it("prints exactly the promised keys", async () => {
    const { code, stdout, stderr, json } = await lookonce("info", "model=yolov8n.yaml", "imgsz=320", "--json");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain("3,157,200 parameters");
    const info = json<Info>();
    expect(Object.keys(info)).toEqual(["parameters", "gradients", "layers", "gflops", "strides", "head", "modules"]);
    expect(Object.keys(info.modules[0] ?? {})).toEqual(["index", "from", "name", "parameters", "shape"]);
    expect(info.parameters).toBe(3157200);
    expect(info.modules.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(info.parameters);
    expect(info.modules.at(-1)?.parameters).toBe(info.head.parameters);
    expect(info.modules[0]).toEqual({ index: 0, from: -1, name: "Conv", parameters: 464, shape: [160, 160, 16] });
  });

  it("rounds the picture's side up to the stride and says so", async () => {
    const { code, stderr, json } = await lookonce("info", "model=yolov5n.yaml", "imgsz=100", "json=true");
    expect(code).toBe(0);
    expect(stderr).toContain("imgsz 100 is not a multiple of the model's stride 32: 128 is used");
    expect(json<Info>().modules[0]?.shape).toEqual([64, 64, 16]);
  });

  it("names the layer of a model file that asks for an unknown module", async () => {
    const path = join(folder, "odd.yaml");
    writeFileSync(path, "nc: 2\nbackbone:\n  - [-1, 1, Conw, [16, 3, 2]]\nhead:\n  - [[0], 1, Detect, [nc]]\n");
    const { code, stdout, stderr, json } = await lookonce("info", `model=${path}`, "--json");
    expect(code).toBe(1);
    expect(stderr).toContain(path);
    expect(stderr).toMatch(/layer 0.*Conw.*Did you mean "Conv"\?/);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(json<{ error: { code: string; message: string } }>().error.code).toBe("ARGUMENT");
  });
});

describeShared("lookonce info on published weights", ["weights/yolov8n.pt"], () => {
  it("counts a checkpoint's parameters", async () => {
    const { code, json } = await lookonce("info", `model=${sharedPath("weights/yolov8n.pt")}`, "--json");
    expect(code).toBe(0);
    expect(json<Info>().parameters).toBe(3157200);
  });
});
