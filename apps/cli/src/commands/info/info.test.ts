import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeShared, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../../test-run.ts";
import { headLines, widthHint } from "./head-lines.ts";
import { layerTable } from "./layer-table.ts";

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
  it("prints the promised keys first, and the other keys", async () => {
    const { code, stdout, stderr, json } = await lookonce("info", "model=yolov8n.yaml", "imgsz=320", "--json");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain("3,157,200 parameters");
    const info = json<Info>();
    const promised = ["parameters", "gradients", "layers", "gflops", "strides", "head", "modules"];
    expect(Object.keys(info)).toEqual([...promised, "imgsz", "fused"]);
    expect(Object.keys(info.modules[0] ?? {}).slice(0, 5)).toEqual(["index", "from", "name", "parameters", "shape"]);
    expect(info.parameters).toBe(3157200);
    expect(info.modules.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(info.parameters);
    expect(info.modules.at(-1)?.parameters).toBe(info.head.parameters);
    const first = { index: 0, from: -1, name: "Conv", parameters: 464, shape: [160, 160, 16] };
    expect(info.modules[0]).toEqual({ ...first, repeats: 1, args: [3, 16, 3, 2] });
  });

  it("rounds the image's side up to the stride and says so", async () => {
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

describe("lookonce info, explained", () => {
  it("explains why the head of yolov8x-p2 is small", async () => {
    const { stdout } = await lookonce("info", "model=yolov8x-p2.yaml");
    expect(stdout).toContain("c2 = max(16, ch[0] / 4, 4 · reg_max) = max(16, 40, 4 · 16) = 64");
    expect(stdout).toContain("c3 = max(ch[0], min(nc, 100)) = max(160, min(80, 100)) = 160");
    expect(stdout).toMatch(/^ +4 +160 +133,440 +474,320 +607,760$/m);
    expect(stdout).toMatch(/^ total +1,178,880 +3,510,080 +4,688,976$/m);
  });

  it("explains the widths that a model file sets by hand", async () => {
    const path = join(folder, "wide.yaml");
    const start = "nc: 3\nbackbone:\n  - [-1, 1, Conv, [16, 3, 2]]\nhead:\n";
    writeFileSync(path, `${start}  - [[0], 1, Detect, [nc, {c3: 24}]]\n`);
    const { stdout } = await lookonce("info", `model=${path}`);
    expect(stdout).toContain("[3, {c3: 24}, [16]]");
    expect(stdout).toMatch(/c3 = .* = 16, but the model file sets 24$/m);
  });

  it("explains the outputs of an anchor-based head", async () => {
    const { stdout, json } = await lookonce("info", "model=yolov5n.yaml", "imgsz=64");
    expect(stdout).toContain("anchors · (5 + nc) = 3 · (5 + 80) = 255 outputs a cell");
    expect(() => json()).toThrow();
  });

  it.each([
    [
      "yolov8n-seg.yaml",
      [
        "one for mask coefficients, c4 channels wide inside, with 32 outputs a cell",
        "= max(16, 32) = 32",
        "64 channels wide",
      ],
      /^prototypes +92,544$/m,
    ],
    [
      "yolov8n-pose.yaml",
      ["one for keypoints", "with 51 outputs a cell", "= max(16, 51) = 51"],
      /^total .* 1,035,934$/m,
    ],
    ["yolov8n-obb.yaml", ["one for angle", "with 1 output a cell", "= max(16, 1) = 16"], /^total .* 969,331$/m],
    [
      "yolo26n.yaml",
      [
        "309,656 parameters, in two branches that are alike",
        "nothing is to be suppressed (nms=false)",
        "max(16, 16, 4 · 1) = 16",
        "reg_max is 1",
        "fused for inference, with either branch: 2,408,932 parameters, 0.1 GFLOPs",
      ],
      /^one-to-one +154,828$/m,
    ],
    ["yolov10n.yaml", ["929,808 parameters, in two branches"], /^DFL +16$/m],
    [
      "yolo26n-pose.yaml",
      ["with 51 outputs a cell", "c4 = max(ch[0] / 4, keypoints · (values + 2)) = 85", "What only training has"],
      /^training +71,328$/m,
    ],
    ["yolov9e.yaml", ["fused for inference: 57,438,080 parameters"], /^14 +9 +1 +2,033,600 +CBLinear .*, .*$/m],
    ["yolov8n-cls.yaml", ["averaged over all cells"], /^linear +1,280 +1,000 +1,281,000$/m],
    [
      "yolov5n-seg.yaml",
      ["anchors · (5 + nc + 32) = 3 · (5 + 80 + 32) = 351", "classes and mask coefficients of each anchor"],
      /^prototypes +76,096$/m,
    ],
  ])("explains the head of %s", async (model, texts, row) => {
    const { stdout } = await lookonce("info", `model=${model}`, "imgsz=64");
    const words = stdout.replace(/\s+/g, " ");
    for (const text of texts) expect(words).toContain(text);
    expect(stdout.replace(/^ +/gm, "")).toMatch(row);
  });
});

describe("lookonce info vs=", () => {
  interface Compared extends Info {
    vs: Info & { name: string };
    layerPairs: { left: number | null; right: number | null; same: boolean }[];
  }

  it("compares two models side by side", async () => {
    const { code, stdout } = await lookonce("info", "model=yolov8x.yaml", "--vs", "yolov8x-p2.yaml");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {4}0 {2}Conv .* 320×320×80 +│ +0 {2}Conv .*320×320×80$/m);
    expect(stdout).toMatch(/^\+ .* +│ +16 {2}Upsample/m);
    expect(stdout).toMatch(/^≠ +22 {2}Detect +8,795,008 .* │ +28 {2}Detect +4,688,976/m);
    expect(stdout).toMatch(/^head +8,795,008 +4,688,976 +−4,106,032 +× 0\.533$/m);
    expect(stdout.match(/^Head of /gm)).toHaveLength(2);
  });

  it("prints both models and their layers as JSON", async () => {
    const { json } = await lookonce("info", "model=yolov8n.yaml", "vs=yolov8n-p2.yaml", "--json", "imgsz=64");
    const { parameters, vs, layerPairs } = json<Compared>();
    expect([parameters, vs.parameters, vs.name]).toEqual([3157200, 3354144, "yolov8n-p2.yaml"]);
    expect(layerPairs.at(-1)).toEqual({ left: 22, right: 28, same: false });
    expect(layerPairs.filter(({ left }) => left === null)).toHaveLength(6);
  });

  it("names the nearest file after a slip of the pen", async () => {
    const { code, stderr } = await lookonce("info", "model=yolov8x.yaml", "vs=yolov8x-p3.yaml");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no model file yolov8x-p3\.yaml.*Did you mean "yolov8x-p2\.yaml"\?/s);
  });
});

describe("lookonce info --detailed", () => {
  const path = join(folder, "small.yaml");
  const text = "nc: 3\nbackbone:\n  - [-1, 1, Conv, [8, 3, 2]]\n  - [-1, 1, C2f, [8, true]]\nhead:\n";
  writeFileSync(path, `${text}  - [[1], 1, Detect, [nc]]\n`);

  it("draws the tree of parameters", async () => {
    const { code, stdout } = await lookonce("info", `model=${path}`, "--detailed");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^├ 0 Conv +on +232$/m);
    expect(stdout).toMatch(/^│ ├ conv\.weight +on +216 +8×3×3×3 +-?0\.\d+ +0\.1\d+$/m);
    expect(stdout).toMatch(/^│ └ m\.0 Bottleneck +on +304$/m);
    expect(stdout).toMatch(/^ {2}└ dfl\.conv\.weight +off +16 +1×16×1×1 +7\.5 +4\.76$/m);
  });

  it("prints it as JSON", async () => {
    const { json } = await lookonce("info", `model=${path}`, "--detailed", "--json");
    const { details, parameters } = json<Info & { details: { path: string; tensors: { parameters: number }[] }[] }>();
    const tensors = details.flatMap((module) => module.tensors);
    expect(tensors.reduce((sum, tensor) => sum + tensor.parameters, 0)).toBe(parameters);
    expect(details.map((module) => module.path)).toContain("model.1.m.0.cv2.conv");
  });
});

describe("lookonce info graph=", () => {
  it("writes an event file and an ONNX file", async () => {
    const { code, json } = await lookonce("info", `model=${join(folder, "small.yaml")}`, `graph=${folder}`, "--json");
    expect(code).toBe(0);
    const { graph } = json<{ graph: { events: string; onnx: string } }>();
    expect([graph.events, graph.onnx].map((file) => existsSync(file))).toEqual([true, true]);
  });
});

describe("the tables of lookonce info", () => {
  it.each([80, 120])("fit %i columns for every shipped family", async (columns) => {
    const { YOLO } = await import("@lookonce/yolo");
    const newer = ["yolo26x-p6.yaml", "yolo26x-seg.yaml", "yolo12x.yaml", "yolov10x.yaml", "yolov9e.yaml"];
    const older = ["yolov8x.yaml", "yolov8x-p6.yaml", "yolov5x6.yaml", "yolo11x.yaml", "yolov5s-ghost.yaml"];
    for (const name of [...newer, ...older]) {
      const info = await (await YOLO.load(name)).info();
      const lines = [...layerTable(info.modules, columns), ...headLines(info.head, columns), ...widthHint(columns)];
      const widest = Math.max(...lines.map((line) => line.length));
      // Of P6's five levels and CBFuse's six the sources, and of C3Ghost the name take more; the arguments are as narrow as they get.
      expect(widest).toBeLessThanOrEqual(Math.max(columns, 88));
    }
  });
});

describeShared("lookonce info on published weights", ["weights/yolov8n.pt"], () => {
  it("counts a checkpoint's parameters", async () => {
    const { code, json } = await lookonce("info", `model=${sharedPath("weights/yolov8n.pt")}`, "--json");
    expect(code).toBe(0);
    expect(json<Info>().parameters).toBe(3157200);
  });
});
