import { describeGolden, enterTestDevice, expectClose, goldenJson } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { outlineFused } from "./fuse.ts";
import { type BranchName, DetectionModel, parseModelConfig, readModelConfig, summarize } from "./index.ts";
import type { Module } from "./module.ts";
import { Activation } from "./modules/activation.ts";
import { Classify } from "./modules/classify.ts";
import { RepConv } from "./modules/rep-conv.ts";
import { RepVGGDW } from "./modules/rep-vggdw.ts";

beforeAll(() => enterTestDevice("javascript"));

/** What the reference counts of a model, as it is built or fused. */
interface Counts {
  params: number;
  leaf_modules: number;
  head_params: number;
}

type Fused = Counts & { gflops: number; head_children: string[] };

interface Totals extends Counts {
  nc: number;
  rows: number;
  gflops_640?: number;
  gflops_224?: number;
  head_module: string;
  scale_letter: string | null;
  depth_width_max: [number, number, number] | null;
  strides?: number[];
  reg_max?: number;
  dual_head?: boolean;
  head_box_width?: number;
  head_cls_width?: number;
  head_bias_init?: Record<string, number[]>;
  bn_eps: number;
  fused?: Fused;
  fused_one_to_many?: Fused;
  fused_one_to_one?: Fused;
}

interface Row {
  index: number;
  from: number | number[];
  repeats: number;
  module: string;
  params: number;
  args: unknown[];
  macs_640?: number;
  macs_224?: number;
  parts?: Record<string, number>;
}

const [totalsFile, variantsFile] = ["families/params/totals.json", "families/params/variants.json"];

function outline(name: string, nc?: number): DetectionModel {
  return new DetectionModel(readModelConfig(name, nc === undefined ? {} : { nc }));
}

/**
 * Modules without children as the reference counts them, which shares activations: one of all convolutions, one of all RepConv,
 * and one of each copied list of a second branch; each RepVGGDW has its own. It has modules for Classify's pooling and dropout,
 * for distances without bins, and for the flow's activations.
 */
function leafModules(model: DetectionModel): number {
  const { head } = model;
  const modules: ReadonlyMap<string, Module> = model.namedModules();
  const parents = new Set([...modules.keys()].map((path) => path.replace(/(^|\.)[^.]*$/, "")));
  const counted = new Set<string>();
  for (const [path, module] of modules) {
    const parent = modules.get(path.replace(/\.[^.]*$/, ""));
    const [copied] = /^model\.\d+\.one2one_\w+/.exec(path) ?? [];
    if (parents.has(path)) continue;
    if (!(module instanceof Activation) || module.kind === "identity" || parent instanceof RepVGGDW) counted.add(path);
    else counted.add(`${parent instanceof RepConv ? "RepConv" : (copied ?? "")} ${module.kind}`);
    if (/\.flow_model\.[st]\.\d+\.[02]$/.test(path)) counted.add(`${path} activation`);
    if (/\.flow_model\.s\.\d+\.4$/.test(path)) counted.add(`${path} tanh`);
  }
  return counted.size + (head instanceof Classify ? 2 : 0) + (head.regMax === 1 ? 1 : 0);
}

/** Counts a model as the reference does: there linear layers belong to the GFLOPs. */
function count(model: DetectionModel, imgsz: number): Counts & { gflops: number } {
  const { parameters, gflops, gflopsLinear, head } = summarize(model, { imgsz });
  return {
    params: parameters,
    leaf_modules: leafModules(model),
    head_params: head.parameters,
    gflops: Number((gflops + gflopsLinear).toFixed(4)),
  };
}

/** The children of a head that have parameters, with how many. */
function partsOf(model: DetectionModel): Map<string, number> {
  const children = [...model.head.namedModules()].filter(([path]) => /^[^.]+$/.test(path));
  return new Map(
    children.map(([path, { parameterCount }]) => [path, parameterCount] as const).filter(([, n]) => n > 0),
  );
}

function pick({ params, leaf_modules, head_params }: Counts, gflops: number | undefined): ReturnType<typeof count> {
  return { params, leaf_modules, head_params, gflops: gflops as number };
}

function expectTotals(name: string, golden: Totals, nc?: number): void {
  const imgsz = golden.gflops_224 === undefined ? 640 : 224;
  const model = outline(name, nc);
  expect(count(model, imgsz)).toEqual(pick(golden, golden.gflops_640 ?? golden.gflops_224));
  const { head, config, layers } = model;
  expect([layers.length, layers.at(-1)?.name, model.nc]).toEqual([golden.rows, golden.head_module, golden.nc]);
  if (golden.scale_letter !== null) {
    expect([config.scale, [config.depth, config.width, config.maxChannels]]).toEqual([
      golden.scale_letter,
      golden.depth_width_max,
    ]);
  }
  if (golden.strides) {
    expect(head).toMatchObject({
      strides: golden.strides,
      regMax: golden.reg_max,
      boxWidth: golden.head_box_width,
      classWidth: golden.head_cls_width,
      branches: golden.dual_head ? ["one2many", "one2one"] : ["one2many"],
    });
  }
  const fused: [BranchName | undefined, Fused | undefined][] = [
    [undefined, golden.fused],
    ["one2many", golden.fused_one_to_many],
    ["one2one", golden.fused_one_to_one],
  ];
  const slots = head.parameterSlots();
  for (const [branch, levels] of Object.entries(golden.head_bias_init ?? {})) {
    for (const [level, value] of levels.entries()) {
      const bias = slots.get(`${branch}.${level}.2.bias`)?.value.dataSync() ?? [];
      expectClose(bias, new Array(bias.length).fill(value), { abs: 1e-6 });
      expect(bias.length).toBeGreaterThan(0);
    }
  }
  for (const [branch, expected] of fused) {
    if (expected === undefined) continue;
    const copy = outline(name, nc);
    outlineFused(copy, { branch });
    expect(count(copy, imgsz)).toEqual(pick(expected, expected.gflops));
    const children = expected.head_children.filter((child) => child !== "dfl" || head.regMax > 1);
    expect([...partsOf(copy).keys()].sort()).toEqual(children.sort());
  }
}

describeGolden("the newer families", [totalsFile, variantsFile], () => {
  const totals = goldenJson(totalsFile) as Record<string, Totals>;

  it.each(Object.keys(totals))("meet the totals of %s, fused ones too", (name) => {
    expectTotals(name, totals[name] as Totals);
  });

  const variants = goldenJson(variantsFile) as Record<string, Totals & { head: Row }>;

  it.each(Object.keys(variants))("meet the totals of %s", (name) => {
    const [, model, nc] = /^(.*)_nc(\d+)$/.exec(name) as unknown as [string, string, string];
    expectTotals(model, variants[name] as Totals, Number(nc));
  });

  const tables = ["26n", "26m", "26n-p2", "26n-p6", "26n-seg", "26n-pose", "26n-obb", "26n-cls"].map((n) => `yolo${n}`);

  it.each([...tables, "yolo12n", "yolo12l", "yolov10n", "yolov10b", "yolov9t", "yolov9c", "yolov9e"])(
    "meet every layer of %s",
    (name) => {
      const rows = goldenJson(`families/params/layers_${name}.json`) as Row[];
      const imgsz = rows[0]?.macs_224 === undefined ? 640 : 224;
      const model = outline(name);
      const { modules } = summarize(model, { imgsz });
      expect(modules).toHaveLength(rows.length);
      for (const [i, row] of rows.entries()) {
        const { index, from, repeats, module, params, args } = row;
        const layer = modules[i];
        expect(layer).toMatchObject({ index, from, repeats, name: module, parameters: params });
        expect((layer?.macs ?? 0) + (layer?.linearMacs ?? 0)).toBe(row[`macs_${imgsz}`]);
        if (i < rows.length - 1) expect(layer?.args).toEqual(args);
      }
      const parts = Object.entries(rows.at(-1)?.parts ?? {}).filter(([, parameters]) => parameters > 0);
      expect(partsOf(model)).toEqual(new Map(parts));
    },
  );
});

describe("a checkpoint's model", () => {
  it.each([
    ["yolo26n", "v26"],
    ["yolo26x-seg", "v26"],
    ["yolo26s-pose", "v26"],
    ["yolo26m-obb", "v26"],
    ["yolo26l-cls", "v26"],
    ["yolo12m", "v12"],
    ["yolov10b", "v10"],
    ["yolov9t", "v9"],
    ["yolov9e", "v9"],
    ["yolo11n-cls", "v8"],
  ])("is recognized without a key for it: %s of %s", (name, family) => {
    const { family: _, ...file } = readModelConfig(name).source;
    const config = parseModelConfig({ ...file, yaml_file: `${name}.yaml` }, { name: "best.pt" });
    expect([config.family, new DetectionModel(config).family]).toEqual([family, family]);
  });
});

describe("names of model files", () => {
  it("are those of the newer families' sizes, which have a file each where they differ in more than scale", () => {
    expect(readModelConfig("yolov10b")).toMatchObject({ scale: "b", family: "v10", width: 1, depth: 0.67 });
    expect(readModelConfig("yolov9e")).toMatchObject({ scale: undefined, family: "v9" });
    expect(readModelConfig("yolo26x-p6.yaml")).toMatchObject({ scale: "x", family: "v26", endToEnd: true, regMax: 1 });
    expect(readModelConfig("yolo26n-cls")).toMatchObject({ family: "v26", endToEnd: false });
    expect(readModelConfig("yolo12s")).toMatchObject({ family: "v12", endToEnd: false, regMax: 16 });
    expect(() => readModelConfig("yolov10")).toThrow(
      /there is no model file yolov10;.* Did you mean "yolov10.\.yaml"\?/,
    );
    expect(() => readModelConfig("yolov9n.yaml")).toThrow(/Did you mean "yolov9.\.yaml"\?/);
    expect(() => readModelConfig("yolov10n", { scale: "s" })).toThrow('there is no scale "s"; its scales are n');
  });
});
