import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, encodeImage, writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Predictor } from "./index.ts";
import { tinyModel } from "./test-tiny-model.ts";

let folder = "";
let files: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-memory-"));
  const rng = new Random(0);
  files = Array.from({ length: 40 }, (_, i) => join(folder, `${i}.jpg`));
  for (const path of files) {
    const [width, height] = [rng.integer(60, 200), rng.integer(60, 200)];
    const data = Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256));
    await writeImage(path, { data, width, height });
  }
  writeFileSync(files[7] as string, "no image");
});
afterAll(() => rmSync(folder, { recursive: true }));

it("a batch of large images is not decoded at once", async () => {
  const large = await encodeImage(blankImage({ width: 6000, height: 6000 }, 200), ".png");
  const paths = Array.from({ length: 10 }, (_, i) => join(folder, `large-${i}.png`));
  for (const path of paths) writeFileSync(path, large);
  const predictor = await Predictor.create({ model: await tinyModel("v8"), imgsz: 64, workers: 0 });
  await predictor.detect(paths[0] as string);
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  const before = process.memoryUsage.rss();
  let seen = 0;
  for await (const { width } of predictor.predict(paths, { batch: 10 })) seen += width;
  clearInterval(timer);
  await predictor.dispose();
  expect(seen).toBe(10 * 6000);
  const image = 6000 * 6000 * 3;
  console.info(`ten images of ${image / 1e6} MB: ${((most - before) / 1e6).toFixed(0)} MB more`);
  expect(most - before).toBeLessThan(6 * image);
});

async function* stream(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield files[i % files.length] as string;
}

it.each([0, 2])(
  "10,000 streamed images keep memory flat with %i worker threads",
  async (workers) => {
    const predictor = await Predictor.create({ model: await tinyModel("v8"), imgsz: 64, workers });
    const run = predictor.predict(stream(10_000));
    const megabytes: number[] = [];
    let seen = 0;
    for await (const _ of run) {
      if (++seen % 750 === 0) megabytes.push(process.memoryUsage().rss / 2 ** 20);
    }
    await predictor.dispose();
    expect(seen + run.skipped.length).toBe(10_000);
    expect(run.skipped.length).toBe(250);
    // All images together are 500 MB: what grows with them would show
    const [first, last] = [megabytes[0] as number, Math.max(...megabytes.slice(-3))];
    console.info(`${workers} workers: ${megabytes.map((size) => size.toFixed(0)).join(", ")} MB`);
    expect(last - first).toBeLessThan(80);
  },
  600_000,
);
