import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder, writeTinyModel } from "./test-model.ts";
import { YOLO } from "./yolo.ts";

const folder = temporaryFolder();
const tiny = writeTinyModel(folder);
const project = join(folder, "runs");
const images = join(folder, "images");
const options = { imgsz: 64, conf: 0.00001, maxDet: 2, project };

beforeAll(async () => {
  mkdirSync(join(images, "deeper"), { recursive: true });
  for (const name of ["a.png", "b.jpg", "deeper/a.png"]) {
    await writeImage(join(images, name), blankImage({ width: 64, height: 48 }, 90));
  }
});

describe("YOLO.stream, saving", () => {
  it("writes what is asked for, and reports where", async () => {
    const model = await YOLO.load(tiny);
    const notified: (string | number | undefined)[] = [];
    const results = await model.predict(join(images, "**"), {
      ...{ ...options, save: true, saveTxt: true, saveCrop: true, saveJson: true, name: "all" },
      onOpen: ({ count }) => notified.push(count),
      onSave: (directory) => notified.push(directory),
    });
    expect(notified).toEqual([3, join(project, "all")]);
    expect(results.map(({ name }) => name)).toEqual(["a.png", "b.jpg", "deeper/a.png"]);
    expect(readdirSync(join(project, "all")).sort()).toEqual(
      ["a.png", "b.jpg", "crops", "deeper", "labels", "predictions.json"].sort(),
    );
    expect(readdirSync(join(project, "all", "labels")).sort()).toEqual(["a.txt", "b.txt", "deeper"]);
    await model.dispose();
  });

  it("finishes files when the loop is left early", async () => {
    const model = await YOLO.load(tiny);
    for await (const _ of model.stream(images, { ...options, saveJson: true, saveTxt: true, name: "left" })) break;
    expect(readdirSync(join(project, "left")).sort()).toEqual(["labels", "predictions.json"]);
    expect(readdirSync(join(project, "left", "labels"))).toEqual(["a.txt"]);
    await model.dispose();
  });

  it("ends when the signal says so", async () => {
    const model = await YOLO.load(tiny);
    const controller = new AbortController();
    const seen: string[] = [];
    for await (const { name } of model.stream(join(images, "**"), {
      ...options,
      signal: controller.signal,
      workers: 0,
    })) {
      seen.push(name);
      controller.abort();
    }
    expect(seen).toEqual(["a.png"]);
    await model.dispose();
  });

  it("makes no folder for nothing, and refuses what makes no sense before it opens an image", async () => {
    const model = await YOLO.load(tiny);
    await model.predict(join(images, "a.png"), { ...options, name: "nothing" });
    await expect(model.predict(join(images, "a.png"), { ...options, saveConf: true })).rejects.toThrow(/add saveTxt/);
    const broken = join(folder, "broken.jpg");
    writeFileSync(broken, "no image");
    await expect(model.predict(broken, { ...options, save: true, name: "nothing" })).rejects.toThrow(
      /not a whole image/,
    );
    expect(existsSync(join(project, "nothing"))).toBe(false);
    await model.dispose();
  });

  it("accepts classes by name, and runs three times with augment", async () => {
    const model = await YOLO.load(tiny);
    const [one] = await model.predict(join(images, "a.png"), { ...options, classes: ["1"] });
    expect([...(one?.boxes.cls ?? [])]).toEqual([1, 1]);
    const [twice, thrice] = await Promise.all(
      [false, true].map(async (augment) => (await model.predict(join(images, "a.png"), { ...options, augment }))[0]),
    );
    expect(thrice?.boxes.count).toBe(2);
    expect(thrice?.boxes.conf).not.toEqual(twice?.boxes.conf);
    await expect(model.predict(join(images, "a.png"), { ...options, classes: ["no such"] })).rejects.toThrow(
      /no class/,
    );
    await model.dispose();
  });
});
