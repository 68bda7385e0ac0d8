import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeImage } from "@lookonce/image";
import {
  describeGolden,
  describeInBrowser,
  goldenJson,
  hasGpuAdapter,
  type ModulePage,
  type OpenModuleOptions,
  openModule,
  runtimeFiles,
  sharedPath,
  softwareGpu,
  tinyModelYaml,
} from "@lookonce/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { YOLO } from "../yolo.ts";
import type * as InBrowser from "./test-in-browser.ts";

const entry = new URL("./test-in-browser.ts", import.meta.url);
const worker = new URL("./worker.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "lookonce-browser-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let opened: ModulePage<typeof InBrowser> | undefined;

async function open(options: OpenModuleOptions): Promise<ModulePage<typeof InBrowser>> {
  opened = await openModule<typeof InBrowser>(entry, { worker, ...options });
  return opened;
}

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

interface Row {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  class: number;
  segments?: { x: number[]; y: number[] };
  keypoints?: { x: number[]; y: number[] };
}

/** A model of a task as an exported file, images, and what Node finds in them. */
async function golden(task: string): Promise<{ assets: Record<string, string>; images: string[]; results: unknown[] }> {
  const place = task === "detect" ? "families/e2e" : `tasks/e2e/${task}`;
  const path = sharedPath(`golden/${place}/model.pt`);
  const { pictures, results: runs } = goldenJson(`${place}/predict.json`); // vocabulary-allow: pictures
  const names = [...new Set(((pictures ?? runs) as { file: string }[]).map(({ file }) => file))].slice(0, 2); // vocabulary-allow: pictures
  const sources = names.map((name) => sharedPath(`golden/${place}/dataset/${name}`));
  const model = await YOLO.load(path);
  const { file } = await model.export({ format: "onnx", file: join(folder, `${task}.onnx`) });
  await model.dispose();
  const exported = await YOLO.load(file);
  const results = (await exported.predict(sources, { workers: 0 })).map((result) => result.toJSON());
  await exported.dispose();
  const images = sources.map((_, i) => `/${task}-${i}.png`);
  const assets = {
    [`/${task}.onnx`]: file,
    ...Object.fromEntries(images.map((name, i) => [name, sources[i] as string])),
  };
  return { assets, images, results };
}

/** The most that boxes, outlines and points differ by in pixels, and confidences. */
function differences(found: unknown[], expected: unknown[]): { pixels: number; confidence: number; count: number } {
  let [pixels, confidence, count] = [0, 0, 0];
  for (const [i, wanted] of expected.entries()) {
    const rows = (found[i] as { boxes: Row[] }).boxes;
    const wantedRows = (wanted as { boxes: Row[] }).boxes;
    expect(rows.map((row) => row.class)).toEqual(wantedRows.map((row) => row.class));
    for (const [j, row] of rows.entries()) {
      const other = wantedRows[j] as Row;
      const points = (one: Row): number[] => [
        one.x1,
        one.y1,
        one.x2,
        one.y2,
        ...(one.keypoints?.x ?? []),
        ...(one.keypoints?.y ?? []),
      ];
      points(row).forEach((value, at) => {
        pixels = Math.max(pixels, Math.abs(value - (points(other)[at] as number)));
      });
      confidence = Math.max(confidence, Math.abs(row.confidence - other.confidence));
      count++;
    }
  }
  return { pixels, confidence, count };
}

describeInBrowser("a page", () => {
  describeGolden("with exported models", ["tasks/e2e/segment/model.pt"], () => {
    const tasks = ["detect", "segment", "pose", "obb", "classify"];
    const cases = new Map<string, Awaited<ReturnType<typeof golden>>>();
    beforeAll(async () => {
      for (const task of tasks) cases.set(task, await golden(task));
    });
    const assets = (): Record<string, string> => Object.assign({}, ...[...cases.values()].map((one) => one.assets));

    /** Predicts with the models of all tasks, and compares with what Node finds. */
    const compare = async (page: ModulePage<typeof InBrowser>, load: object, most = 2): Promise<void> => {
      for (const task of tasks) {
        const { images, results } = cases.get(task) as Awaited<ReturnType<typeof golden>>;
        const found = await page.call("predict", `/${task}.onnx`, images.slice(0, most), { load });
        expect(found.isResults).toBe(true);
        expect(found.results).toHaveLength(most);
        if (task === "classify") {
          const top = (one: unknown) => (one as { top5: { name: string; confidence: number }[] }).top5;
          for (const [i, result] of found.results.entries()) {
            expect(top(result)[0]?.name).toBe(top(results[i])[0]?.name);
            expect(top(result)[0]?.confidence).toBeCloseTo(top(results[i])[0]?.confidence as number, 2);
          }
        } else {
          const { pixels, confidence, count } = differences(found.results, results.slice(0, most));
          expect(count).toBeGreaterThanOrEqual(most);
          expect([task, pixels <= 2, confidence <= 0.01]).toEqual([task, true, true]);
        }
      }
    };

    it("finds what Node finds, in every task, on one thread and on several", async () => {
      for (const isIsolated of [true, false]) {
        const page = await open({ isIsolated, assets: assets() });
        await compare(page, { runtimeFiles, threads: 2 });
        await page.close();
      }
    });

    it("finds it with WebGPU, too", async ({ skip }) => {
      const page = await open({ args: softwareGpu, assets: assets() });
      skip(!(await hasGpuAdapter(page.page)), "this Chromium has no adapter for WebGPU");
      await compare(page, { runtimeFiles, device: "webgpu" }, 1);
    });
  });

  describe("with a small model", () => {
    const assets: Record<string, string> = {};
    const loading = { runtimeFiles, threads: 1 };
    beforeAll(async () => {
      const source = join(folder, "tiny.yaml");
      writeFileSync(source, tinyModelYaml());
      const model = await YOLO.load(source, { seed: 1 });
      assets["/tiny.onnx"] = (await model.export({ format: "onnx", imgsz: 128, file: join(folder, "tiny.onnx") })).file;
      const weights = await model.export({ format: "safetensors", file: join(folder, "tiny.safetensors") });
      assets["/tiny.safetensors"] = weights.file;
      await model.dispose();
      const data = Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (i * 37 + (i >> 5) * 11) % 256);
      assets["/image.png"] = join(folder, "image.png");
      await writeImage(assets["/image.png"], { data, width: 96, height: 64 });
    });

    it("reads images in every form that a page has them in, and leaves them to it", async () => {
      const { call } = await open({ isIsolated: false, assets });
      const { bitmapWidth, ...counts } = await call("predictForms", "/tiny.onnx", "/image.png", loading);
      expect(bitmapWidth).toBe(96);
      expect(Object.keys(counts)).toHaveLength(9);
      expect(new Set(Object.values(counts)).size).toBe(1);
      expect(Object.values(counts)[0]).toBeGreaterThanOrEqual(0);
    });

    it("builds and runs weights as Node does", async () => {
      const model = await YOLO.load(assets["/tiny.safetensors"] as string);
      const options = { imgsz: 128, conf: 0, maxDet: 20 };
      const wanted = (await model.predict(assets["/image.png"] as string, options)).map((result) => result.toJSON());
      await model.dispose();
      const { call } = await open({ assets });
      const found = await call("predict", "/tiny.safetensors", ["/image.png"], { ...options, load: loading });
      const { pixels, confidence, count } = differences(found.results, wanted);
      expect([count, pixels <= 2, confidence <= 0.01]).toEqual([20, true, true]);
    });

    it("says what to do where something is wrong", async () => {
      const { call } = await open({ isIsolated: false, assets });
      const thrown = { isOurs: true };
      expect(await call("thrownBy", "corrupt", loading)).toMatchObject({
        ...thrown,
        code: "FORMAT",
        message: expect.stringContaining("broken.onnx"),
      });
      expect(await call("thrownBy", "missing", loading)).toMatchObject({ ...thrown, code: "NOT_FOUND" });
      expect(await call("thrownBy", "nameless", loading)).toMatchObject({
        message: expect.stringContaining("new File([blob], 'model.onnx')"),
      });
      expect(await call("thrownBy", "ended", loading)).toMatchObject({
        message: expect.stringContaining("load the model again"),
      });
      expect(await call("thrownBy", "page", loading)).toMatchObject({
        code: "IO",
        message: expect.stringContaining("name its address in program"),
      });
      const { loaded, total, name } = await call("abortLoading", "/tiny.onnx");
      expect([loaded > 1000, total === undefined || total === loaded, name]).toEqual([true, true, "AbortError"]);
    });

    it("loads at most 150 kB of scripts to predict with a file, compressed and without ONNX Runtime", async () => {
      const { page, call } = await open({ minify: true, assets });
      const addresses = new Set<string>();
      page.context().on("request", (request) => {
        if (/\/(?!ort\.)[^/]*\.js$/.test(request.url())) addresses.add(request.url());
      });
      await page.reload();
      await call("predict", "/tiny.onnx", ["/image.png"], { load: loading });
      expect([...addresses].some((address) => address.endsWith("/worker.js"))).toBe(true);
      let bytes = 0;
      for (const address of addresses) bytes += gzipSync(await (await page.request.get(address)).body()).length;
      expect(bytes).toBeGreaterThan(50_000);
      expect(bytes).toBeLessThanOrEqual(150_000);
    });
  });
});
