import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { readImage, writeImage } from "@lookonce/image";
import { describeInBrowser, openModule, runtimeFiles, tinyNeckYaml } from "@lookonce/testing";
import { afterAll, expect, it } from "vitest";
import { YOLO } from "../yolo.ts";
import type * as InBrowser from "./test-in-browser.ts";

const here = (name: string): URL => new URL(name, import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "lookonce-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the images as PNG: browsers decode JPEG to other roundings. */
async function withoutLoss(): Promise<void> {
  for (const name of readdirSync(join(folder, "shapes"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".jpg")) continue;
    const file = join(folder, "shapes", name);
    await writeImage(file.replace(/jpg$/, "png"), await readImage(file));
    rmSync(file);
  }
}

describeInBrowser("a page", () => {
  it("trains as Node does, with a worker that loads images, then validates, exports, detects and tracks", async () => {
    const { yaml } = await generateShapes({ directory: join(folder, "shapes"), train: 12, val: 4, size: 64 });
    await withoutLoss();
    const settings = { epochs: 2, imgsz: 64, batch: 4, workers: 1, plots: false };
    const source = join(folder, "tiny.yaml");
    writeFileSync(source, tinyNeckYaml("v8"));

    const losses: Record<string, number>[] = [];
    const model = await YOLO.load(source, { seed: 0 });
    const callbacks = [
      {
        onTrainBatchEnd({ losses: step }: { losses: Record<string, number> }) {
          losses.push({ ...step });
        },
      },
    ];
    await model.train({ ...settings, data: yaml, project: join(folder, "runs"), callbacks });
    const { map50 } = await model.val({ data: yaml, imgsz: 64 });
    await model.dispose();

    const drawn = readdirSync(join(folder, "shapes"), { recursive: true, withFileTypes: true });
    const paths = drawn
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length));
    const { call, close } = await openModule<typeof InBrowser>(here("./test-in-browser.ts"), {
      worker: here("./worker.ts"),
      programs: { "loader-worker": here("../../../data/src/loader/loader-worker.ts") },
      assets: Object.fromEntries(paths.map((path) => [path, join(folder, path)])),
    });
    const image = paths.find((path) => path.includes("images/val")) as string;
    const options = { yaml: tinyNeckYaml("v8"), image, settings, runtimeFiles, threads: 2 };
    const trained = await call("train", paths, options);
    await close();

    expect(losses).toHaveLength(6);
    expect(trained.losses).toHaveLength(6);
    for (const [i, step] of losses.entries()) {
      for (const [name, loss] of Object.entries(step)) {
        expect(Math.abs((trained.losses[i]?.[name] as number) / loss - 1), `${name} of step ${i}`).toBeLessThan(1e-3);
      }
    }
    expect(trained.map50).toBeCloseTo(map50, 3);
    expect(trained).toMatchObject({
      best: expect.stringMatching(/^\/runs\/.*best/),
      exported: ["tiny.onnx"],
      tracked: 2,
    });
    expect(trained.found).toMatchObject([
      { boxes: expect.arrayContaining([expect.objectContaining({ x1: expect.any(Number) })]) },
    ]);
  });
});
