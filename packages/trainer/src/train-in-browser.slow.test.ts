import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { encodeImage, readImage } from "@lookonce/image";
import { describeInBrowser, type ModulePage, openModule, runtimeFiles, tinyNeckYaml } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as here from "./test-train-in-browser.ts";

const modelFile = tinyNeckYaml("v8").replace("nc: 3", "nc: 5");
const settings = { epochs: 5, imgsz: 64, batch: 4, val: "last" } as const;

const place = mkdtempSync(join(tmpdir(), "train-in-browser-"));
let files: Record<string, string>;
let expected: number[];

type Tab = ModulePage<typeof here>;
let opened: Tab | undefined;

async function open(): Promise<Tab> {
  opened = await openModule<typeof here>(new URL("./test-train-in-browser.ts", import.meta.url), {
    inWorker: true,
  });
  await opened.call("start", "cpu", { runtimeFiles, threads: 2 });
  await opened.call("store", files);
  return opened;
}

function differences(losses: readonly number[]): number[] {
  return losses.map((loss, i) => Math.abs(loss / (expected[i] as number) - 1));
}

beforeAll(async () => {
  const directory = join(place, "shapes");
  const { yaml } = await generateShapes({ directory, train: 16, val: 4, size: 64, seed: 1 });
  files = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const file = join(directory, name);
    // Decoders of JPEG differ
    if (name.endsWith(".jpg")) {
      const png = await encodeImage(await readImage(file), ".png");
      writeFileSync(file.replace(".jpg", ".png"), png);
      rmSync(file);
      files[`/shapes/${name.replace(".jpg", ".png")}`] = Buffer.from(png).toString("base64");
    } else if (name.includes(".")) files[`/shapes/${name}`] = readFileSync(file).toString("base64");
  }
  await here.start("cpu");
  expected = await here.run({ ...settings, yaml, directory: join(place, "run"), modelFile });
});

afterAll(async () => {
  await opened?.close();
  rmSync(place, { recursive: true });
});

describeInBrowser("a training in a tab", () => {
  it("has the losses that it has in Node, and continues where the tab was closed as if it had not been", async () => {
    const { page, call } = await open();
    const losses = await call("run", { ...settings, yaml: "/shapes/shapes.yaml", directory: "/whole", modelFile });
    expect(losses).toHaveLength(20);
    expect(Math.max(...differences(losses)), `${differences(losses)}`).toBeLessThan(1e-3);
    const left = await call("left", "/whole");
    expect(Object.keys(left)).toEqual(Object.keys(here.left(join(place, "run"))));

    const closed = { ...settings, yaml: "/shapes/shapes.yaml", directory: "/closed", modelFile };
    void call("run", { ...closed, standsStillAt: 31 }).catch(() => {});
    await expect.poll(() => call("trained"), { timeout: 60_000, interval: 500 }).toBe(31);
    await page.goto("about:blank");
    await page.goBack();
    await call("start", "cpu", { runtimeFiles, threads: 2 });
    const after = await call("run", { yaml: "/shapes/shapes.yaml", directory: "/closed" });
    expect(after).toEqual(losses.slice(8));
    expect(await call("left", "/closed")).toEqual(left);
  });
});
