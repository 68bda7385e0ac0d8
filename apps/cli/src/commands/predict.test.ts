import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { describeShared, sharedPath } from "@lookonce/testing";
import type { PlainResults } from "@lookonce/yolo";
import { beforeAll, describe, expect, it } from "vitest";
import { type Finished, lookonce, temporaryFolder, writeTinyModel } from "../test-run.ts";

const folder = temporaryFolder();
const project = join(folder, "runs");
const model = writeTinyModel(folder, 80);

/** What is on stdout with `--json`: a line for every image, then one in all. */
function linesOf({ stdout }: Finished): { images: PlainResults[]; summary: Record<string, unknown> } {
  const lines = stdout.trimEnd().split("\n");
  const read = lines.map((line) => JSON.parse(line) as PlainResults & Record<string, unknown>);
  return { images: read.slice(0, -1), summary: read.at(-1) as Record<string, unknown> };
}

describe("lookonce predict with a model that has learned nothing", () => {
  const imageFolder = join(folder, "shapes/images/train");
  const common = ["predict", `model=${model}`, "imgsz=64", `project=${project}`];
  const sawNothing = { code: 0, stdout: expect.stringMatching(/00000\.jpg: nothing/) };

  beforeAll(async () => {
    await generateShapes({ directory: join(folder, "shapes"), train: 2, val: 1, size: 64 });
  });

  it("numbers its folders and copies images without boxes as they are", async () => {
    const argv = [...common, `source=${join(imageFolder, "00000.jpg")}`, "name=numbered"];
    expect(await lookonce(...argv)).toMatchObject(sawNothing);
    const { stdout } = await lookonce(...argv);
    expect(stdout).toContain(`saved in ${join(project, "numbered2")}`);
    expect(readdirSync(join(project, "numbered"))).toEqual(["00000.jpg"]);
    expect(readdirSync(join(project, "numbered2"))).toEqual(["00000.jpg"]);
  });

  it("prints exactly the promised keys, and saves nothing with save=false", async () => {
    const finished = await lookonce(
      ...common,
      `source=${imageFolder}`,
      "save=false",
      "conf=0.000001",
      "max_det=3",
      "--json",
    );
    expect(finished.code).toBe(0);
    const { images, summary } = linesOf(finished);
    expect(Object.keys(images[0] ?? {})).toEqual(["path", "width", "height", "boxes", "speed"]);
    expect(summary).toEqual({
      ...{ images: 2, skipped: 0, stopped: false, seconds: expect.any(Number), dir: null },
      speed: { preprocess: expect.any(Number), inference: expect.any(Number), postprocess: expect.any(Number) },
    });
    expect(images.map(({ path }) => path)).toEqual(["00000.jpg", "00001.jpg"].map((name) => join(imageFolder, name)));
    expect(images[0]).toMatchObject({ width: 64, height: 64 });
    expect(images[0]?.boxes).toHaveLength(3);
    expect(Object.keys(images[0]?.boxes[0] ?? {})).toEqual(["x1", "y1", "x2", "y2", "confidence", "class", "name"]);
    expect(existsSync(join(project, "predict"))).toBe(false);
  });

  it("leaves out a file of several that is no image, and says so", async () => {
    const mixed = join(folder, "mixed");
    mkdirSync(mixed);
    writeFileSync(join(mixed, "a.jpg"), "no image");
    await generateShapes({ directory: join(folder, "one"), train: 1, val: 1, size: 64 });
    const { copyFileSync } = await import("node:fs");
    copyFileSync(join(folder, "one/images/train/00000.jpg"), join(mixed, "b.jpg"));
    const finished = await lookonce(...common, `source=${mixed}`, "name=mixed", "--json");
    expect(finished.code).toBe(0);
    expect(finished.stderr).toMatch(/left out: .*a\.jpg is not/);
    const { images, summary } = linesOf(finished);
    expect(images).toEqual([
      { path: join(mixed, "a.jpg"), error: { message: expect.stringMatching(/a\.jpg is not a whole image/) } },
      expect.objectContaining({ path: join(mixed, "b.jpg"), boxes: [] }),
    ]);
    expect(summary).toMatchObject({ images: 1, skipped: 1, dir: join(project, "mixed") });
    expect(readdirSync(join(project, "mixed"))).toEqual(["b.jpg"]);
  });

  it("refuses an image that is none, and a path that leads nowhere, without leaving a folder", async () => {
    const text = join(folder, "text.jpg");
    writeFileSync(text, "no image");
    const refused = await lookonce(...common, `source=${text}`, "name=refused");
    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error: .*text\.jpg/) });
    const lost = await lookonce(...common, "source=nowhere.jpg", "name=refused", "--json");
    expect(lost.code).toBe(1);
    expect(lost.json()).toEqual({ error: { code: "NOT_FOUND", message: expect.stringContaining("nowhere.jpg") } });
    expect(existsSync(join(project, "refused"))).toBe(false);
  });
});

describe("lookonce predict, saving", () => {
  const common = ["predict", `model=${model}`, "imgsz=64", `project=${project}`, "conf=0.000001", "max_det=2"];

  it("writes labels, cut-outs and COCO rows for what a pattern matches, folders kept apart", async () => {
    for (const name of ["one", "two"]) {
      await generateShapes({ directory: join(folder, "many", name), train: 1, val: 1, size: 64 });
    }
    const source = `source=${join(folder, "many/**/train/*.jpg")}`;
    const saved = ["save_txt", "save_conf", "save_crop", "save_json", "name=saving"];
    const { code, stdout } = await lookonce(...common, source, ...saved);
    expect(code).toBe(0);
    expect(stdout).toMatch(/one\/images\/train\/00000\.jpg: .*two\/images\/train\/00000\.jpg: /s);
    const directory = join(project, "saving");
    expect(readdirSync(directory).sort()).toEqual(["crops", "labels", "one", "predictions.json", "two"]);
    const lines = readFileSync(join(directory, "labels/two/images/train/00000.txt"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ").length)).toEqual([6, 6]);
    expect(JSON.parse(readFileSync(join(directory, "predictions.json"), "utf8"))).toHaveLength(4);
  });

  it("says what goes together, and which classes there are", async () => {
    const source = `source=${join(folder, "many/one/images/train/00000.jpg")}`;
    expect(await lookonce(...common, source, "save_conf", "save=false")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/saveConf.*add saveTxt/),
    });
    expect(await lookonce(...common, source, "classes=persn")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no class "persn"\./),
    });
  });

  it("fails when not one of several images can be read", async () => {
    const bad = join(folder, "all-bad");
    mkdirSync(bad);
    for (const name of ["a.jpg", "b.png"]) writeFileSync(join(bad, name), "no image");
    const finished = await lookonce(...common, `source=${bad}`, "name=all-bad", "--json");
    expect(finished).toMatchObject({ code: 1, stderr: expect.stringMatching(/None of 2 images could be read/) });
    expect(existsSync(join(project, "all-bad"))).toBe(false);
  });
});

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

describe.skipIf(!hasFfmpeg)("lookonce predict on a video (skipped without ffmpeg)", () => {
  it("prints the video in one line, of its frames in JSON, and writes a video", async () => {
    const clip = join(folder, "clip.mp4");
    spawnSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=1", "-pix_fmt", "yuv420p", clip]);
    const common = ["predict", `model=${model}`, "imgsz=64", `project=${project}`, `source=${clip}`, "name=clip"];
    const { code, stdout } = await lookonce(...common, "vid_stride=5");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^clip\.mp4: 2 frames, [\d.]+ a second: nothing in any\nsaved in /);
    expect(readdirSync(join(project, "clip"))).toEqual(["clip.mp4"]);
    const { images, summary } = linesOf(await lookonce(...common, "save=false", "--json"));
    expect(images.map(({ path, frame }) => [path, frame])).toEqual(Array.from({ length: 10 }, (_, i) => [clip, i]));
    expect(summary).toMatchObject({ images: 10, dir: null });
  });
});

describeShared(
  "lookonce predict on the photographs that everybody knows",
  ["weights/yolov8n.pt", "weights/yolov5n.pt", "data/bus.jpg"],
  () => {
    it.each(["yolov8n.pt", "yolov5n.pt"])("%s sees the bus and the four people", async (weights) => {
      const finished = await lookonce(
        "predict",
        `model=${sharedPath(`weights/${weights}`)}`,
        `source=${sharedPath("data/bus.jpg")}`,
        `project=${project}`,
        `name=${weights}`,
        "--json",
      );
      expect(finished.code).toBe(0);
      expect(finished.stderr).toContain("bus.jpg: 4 persons, 1 bus");
      const [image] = linesOf(finished).images;
      expect(image).toMatchObject({ width: 810, height: 1080 });
      const bus = image?.boxes.find(({ name }) => name === "bus");
      expect(bus?.class).toBe(5);
      // The bus spans the image; by eye from about x 10 to 805 and y 225 to 750.
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
        linesOf(await lookonce("predict", weights, ...common)),
        linesOf(await lookonce("predict", `model=${file}`, ...common)),
      ];
      const round = ({ images }: { images: PlainResults[] }): object[] =>
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
