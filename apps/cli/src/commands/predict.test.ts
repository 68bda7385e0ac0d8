import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { describeShared, sharedPath } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const project = join(folder, "runs");

interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  class: number;
  name: string;
}

interface Prediction {
  images: { path: string; width: number; height: number; boxes: Box[] }[];
}

describe("lookonce predict with a model that has learnt nothing", () => {
  const pictures = join(folder, "shapes/images/train");
  const common = ["predict", "model=yolov8n.yaml", "imgsz=64", `project=${project}`];
  const sawNothing = { code: 0, stdout: expect.stringMatching(/00000\.jpg: nothing/) };

  beforeAll(async () => {
    await generateShapes({ directory: join(folder, "shapes"), train: 2, val: 1, size: 64 });
  });

  it("numbers its folders and copies pictures without boxes as they are", async () => {
    const argv = [...common, `source=${join(pictures, "00000.jpg")}`, "name=numbered"];
    expect(await lookonce(...argv)).toMatchObject(sawNothing);
    const { stdout } = await lookonce(...argv);
    expect(stdout).toContain(`saved in ${join(project, "numbered2")}`);
    expect(readdirSync(join(project, "numbered"))).toEqual(["00000.jpg"]);
    expect(readdirSync(join(project, "numbered2"))).toEqual(["00000.jpg"]);
  });

  it("prints exactly the promised keys, and nothing is saved when told so", async () => {
    const { code, stdout, json } = await lookonce(
      ...common,
      `source=${pictures}`,
      "save=false",
      "conf=0.00001",
      "max_det=3",
      "--json",
    );
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const { images } = json<Prediction>();
    expect(images.map(({ path }) => path)).toEqual(["00000.jpg", "00001.jpg"].map((name) => join(pictures, name)));
    expect(images[0]).toMatchObject({ width: 64, height: 64 });
    expect(images[0]?.boxes).toHaveLength(3);
    expect(Object.keys(images[0]?.boxes[0] ?? {})).toEqual(["x1", "y1", "x2", "y2", "confidence", "class", "name"]);
    expect(existsSync(join(project, "predict"))).toBe(false);
  });

  it("leaves out a file of several that is no picture, and says so", async () => {
    const mixed = join(folder, "mixed");
    mkdirSync(mixed);
    writeFileSync(join(mixed, "a.jpg"), "no picture");
    await generateShapes({ directory: join(folder, "one"), train: 1, val: 1, size: 64 });
    const { copyFileSync } = await import("node:fs");
    copyFileSync(join(folder, "one/images/train/00000.jpg"), join(mixed, "b.jpg"));
    const { code, stderr, json } = await lookonce(...common, `source=${mixed}`, "name=mixed", "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/left out: .*a\.jpg is not/);
    expect(json<Prediction>().images.map(({ path }) => path)).toEqual([join(mixed, "b.jpg")]);
    expect(readdirSync(join(project, "mixed"))).toEqual(["b.jpg"]);
  });

  it("refuses a picture that is none, and a path that leads nowhere, without leaving a folder", async () => {
    const text = join(folder, "text.jpg");
    writeFileSync(text, "no picture");
    const refused = await lookonce(...common, `source=${text}`, "name=refused");
    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error: .*text\.jpg/) });
    const lost = await lookonce(...common, "source=nowhere.jpg", "name=refused", "--json");
    expect(lost.code).toBe(1);
    expect(lost.json()).toEqual({ error: { code: "NOT_FOUND", message: expect.stringContaining("nowhere.jpg") } });
    expect(existsSync(join(project, "refused"))).toBe(false);
  });
});

describeShared(
  "lookonce predict on the photographs that everybody knows",
  ["weights/yolov8n.pt", "weights/yolov5n.pt", "data/bus.jpg"],
  () => {
    it.each(["yolov8n.pt", "yolov5n.pt"])("%s sees the bus and the four people", async (weights) => {
      const { code, stderr, json } = await lookonce(
        "predict",
        `model=${sharedPath(`weights/${weights}`)}`,
        `source=${sharedPath("data/bus.jpg")}`,
        `project=${project}`,
        `name=${weights}`,
        "--json",
      );
      expect(code).toBe(0);
      expect(stderr).toContain("bus.jpg: 4 persons, 1 bus");
      const [image] = json<Prediction>().images;
      expect(image).toMatchObject({ width: 810, height: 1080 });
      const bus = image?.boxes.find(({ name }) => name === "bus");
      expect(bus?.class).toBe(5);
      // The bus spans the picture; by eye from about x 10 to 805 and y 225 to 750.
      expect(bus?.x1).toBeLessThan(80);
      expect(bus?.x2).toBeGreaterThan(770);
      expect(bus?.y1).toBeGreaterThan(180);
      expect(bus?.y2).toBeLessThan(830);
      expect(readdirSync(join(project, weights))).toEqual(["bus.jpg"]);
    });

    it("sees the same through an exported file", async () => {
      const file = join(folder, "v8.onnx");
      const weights = `model=${sharedPath("weights/yolov8n.pt")}`;
      expect(await lookonce("export", weights, "imgsz=320", `file=${file}`)).toMatchObject({ code: 0 });
      const common = [`source=${sharedPath("data/bus.jpg")}`, "imgsz=320", "rect=false", "save=false", "--json"];
      const [own, exported] = [
        (await lookonce("predict", weights, ...common)).json<Prediction>(),
        (await lookonce("predict", `model=${file}`, ...common)).json<Prediction>(),
      ];
      const round = ({ images }: Prediction): object[] =>
        (images[0]?.boxes ?? []).map((box) => ({
          ...box,
          x1: Math.round(box.x1),
          y1: Math.round(box.y1),
          x2: Math.round(box.x2),
          y2: Math.round(box.y2),
          confidence: Math.round(box.confidence * 1000),
        }));
      expect(round(exported)).toEqual(round(own));
      expect(own.images[0]?.boxes.length).toBeGreaterThan(2);
    });
  },
);
