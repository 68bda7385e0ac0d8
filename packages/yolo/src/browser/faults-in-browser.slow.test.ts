import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { readImage, writeImage } from "@lookonce/image";
import {
  describeInBrowser,
  hasGpuAdapter,
  type ModulePage,
  type OpenModuleOptions,
  openModule,
  runtimeFiles,
  softwareGpu,
  tinyModelYaml,
  tinyNeckYaml,
} from "@lookonce/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { YOLO } from "../yolo.ts";
import type * as InBrowser from "./test-faults-in-browser.ts";
import type { Outcome } from "./test-faults-in-browser.ts";

type Page = ModulePage<typeof InBrowser>;

const folder = mkdtempSync(join(tmpdir(), "lookonce-faults-"));
const assets: Record<string, string> = {};
const settings = { data: "/shapes/shapes.yaml", epochs: 3, imgsz: 64, batch: 4, workers: 0, plots: false, val: "last" };
const training = { yaml: tinyNeckYaml("v8"), settings: { ...settings, project: "/runs" }, runtimeFiles, threads: 2 };
const last = "/runs/train/weights/last.safetensors";
let opened: Page | undefined;

async function open(options: OpenModuleOptions = {}): Promise<Page> {
  opened = await openModule<typeof InBrowser>(new URL("./test-faults-in-browser.ts", import.meta.url), {
    worker: new URL("./test-worker.ts", import.meta.url),
    assets,
    ...options,
  });
  await opened.call("start");
  return opened;
}

const shapes = (): string[] => Object.keys(assets).filter((address) => address.startsWith("/shapes/"));

/** Begins a training and waits until it waits at a batch. */
async function beginUntil({ call }: Page, waitsAt: number, options: object = {}): Promise<void> {
  await call("begin", { ...training, ...options, waitsAt });
  await expect.poll(() => call("batches"), { timeout: 300_000, interval: 100 }).toBe(waitsAt);
}

beforeAll(async () => {
  await generateShapes({ directory: join(folder, "shapes"), train: 16, val: 4, size: 64, seed: 1 });
  for (const name of readdirSync(join(folder, "shapes"), { recursive: true, encoding: "utf8" })) {
    const file = join(folder, "shapes", name);
    // Decoders of JPEG differ
    const path = name.endsWith(".jpg") ? file.replace(/jpg$/, "png") : file;
    if (path !== file) await writeImage(path, await readImage(file));
    if (name.includes(".")) assets[path.slice(folder.length)] = path;
  }
  const source = join(folder, "tiny.yaml");
  writeFileSync(source, tinyModelYaml());
  const model = await YOLO.load(source, { seed: 1 });
  for (const name of ["tiny.onnx", "tiny.safetensors", "tiny.pt"]) {
    const format = name.endsWith("pt") ? "torch" : name.slice(5);
    assets[`/${name}`] = (await model.export({ format, imgsz: 128, file: join(folder, name) })).file;
  }
  const { file: web } = await model.export({ format: "tfjs", imgsz: 128, file: join(folder, "tiny_web_model") });
  for (const name of readdirSync(web)) assets[`/tiny_web_model/${name}`] = join(web, name);
  await model.dispose();
  assets["/image.png"] = join(folder, "image.png");
  const data = Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (i * 37 + (i >> 5) * 11) % 256);
  await writeImage(assets["/image.png"], { data, width: 96, height: 64 });
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeInBrowser("a training through a page's class", () => {
  let whole: Outcome;
  let weights: string;
  beforeAll(async () => {
    const { call, close } = await open();
    await call("store", shapes());
    await call("begin", training);
    whole = (await call("end")) as Outcome;
    weights = await call("digest", last);
    await close();
    expect(whole).toMatchObject({ losses: expect.objectContaining({ length: 12 }) });
    expect(whole.message).toBeUndefined();
  });

  /** Resumes after the first epoch, and expects what an uninterrupted training has. */
  const expectResumed = async ({ call }: Page): Promise<void> => {
    await call("begin", { ...training, resume: last });
    const { losses, message } = (await call("end")) as Outcome;
    expect({ losses, message }).toEqual({ losses: whole.losses.slice(4), message: undefined });
    expect(await call("digest", last)).toBe(weights);
  };

  it("continues where the tab was closed as if it had not been", async () => {
    const tab = await open();
    const { page, call } = tab;
    await call("store", shapes());
    await beginUntil(tab, 6);
    await page.goto("about:blank");
    await page.goBack();
    await call("start");
    await expectResumed(tab);
  });

  it("says what to do where the origin's storage is full, and continues when there is room", async () => {
    const tab = await open();
    const { page, call } = tab;
    await call("store", shapes());
    await beginUntil(tab, 6);
    const session = await page.context().newCDPSession(page);
    const { origin } = new URL(page.url());
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
    await call("proceed");
    const full = await call("end");
    expect(full).toMatchObject({ code: "IO" });
    expect(full?.message).toMatch(/the page has used all storage .*remove files and try again.*resume from \/runs/);
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    await expectResumed(tab);
  });

  it("runs on one thread where the page is not isolated, and says what more of them need", async () => {
    const { call } = await open({ isIsolated: false });
    await call("store", shapes());
    await call("begin", training);
    const { losses, lines, message } = (await call("end")) as Outcome;
    expect(message).toBeUndefined();
    for (const [i, loss] of losses.entries()) expect(loss / (whole.losses[i] as number)).toBeCloseTo(1, 3);
    expect(lines.filter((line) => line.includes("Cross-Origin-Opener-Policy: same-origin"))).toHaveLength(1);
  });

  it("says what to do where there is no WebGPU", async () => {
    const { call } = await open();
    await call("store", shapes());
    await call("begin", { ...training, device: "webgpu" });
    const { code, message } = (await call("end")) as Outcome;
    expect({ code, message }).toEqual({ code: "DEVICE", message: expect.stringContaining("cpu works elsewhere") });
  });
});

describeInBrowser("models that are dropped on a page", () => {
  const loading = { runtimeFiles, threads: 1 };
  /** Addresses of each; of TensorFlow.js those of all parts, weights last. */
  const models = (): string[][] => {
    const parts = Object.keys(assets).filter((address) => address.startsWith("/tiny_web_model/"));
    return [
      ["/tiny.onnx"],
      ["/tiny.safetensors"],
      ["/tiny.pt"],
      parts.toSorted((a, b) => Number(/bin/.test(a)) - Number(/bin/.test(b))),
    ];
  };

  it("find the same, whatever the format", async () => {
    const { call } = await open();
    const found = await call("dropped", models(), "/image.png", loading);
    const [first] = found;
    expect(first).toMatchObject({ x1: expect.any(Number), confidence: expect.any(Number) });
    for (const box of found) {
      for (const key of ["x1", "y1", "x2", "y2", "confidence"]) {
        const [is, should] = [box, first].map((one) => (one as Record<string, number>)[key] as number);
        expect(is).toBeCloseTo(should as number, 2);
      }
    }
  });

  it("are refused by name where they are damaged, and whole ones load after that", async () => {
    const { call } = await open();
    const damaged = await call("dropped", models(), "/image.png", { ...loading, cutTo: 0.6 });
    const names = ["tiny.onnx", "tiny.safetensors", "tiny.pt", "model.json"];
    for (const [i, fault] of damaged.entries()) {
      expect(fault).toMatchObject({ code: "FORMAT", message: expect.stringContaining(names[i] as string) });
    }
    expect(damaged).toHaveLength(names.length);
    const [whole] = await call("dropped", models().slice(0, 1), "/image.png", loading);
    expect(whole).toMatchObject({ x1: expect.any(Number) });
  });
});

describeInBrowser("a page whose graphics card is lost", () => {
  it("says what to do, and detects in another worker", async ({ skip }) => {
    const { page, call } = await open({ args: softwareGpu });
    skip(!(await hasGpuAdapter(page)), "this Chromium has no adapter for WebGPU");
    const loading = { runtimeFiles, device: "webgpu" } as const;
    const [found, lost] = await call("predictUntilLost", "/tiny.onnx", "/image.png", loading);
    expect(lost).toMatchObject({ code: "DEVICE" });
    expect((lost as Outcome).message).toMatch(
      /the graphics card was lost to this page.*end the worker.*load the model again/,
    );
    await call("start");
    const [again] = await call("dropped", [["/tiny.onnx"]], "/image.png", loading);
    expect(again).toEqual(found);
  });
});

describe("videos", () => {
  describeInBrowser("on a page", () => {
    it("are followed frame by frame", async () => {
      const { call } = await open();
      const rows = await call("followVideo", "/tiny.onnx", { runtimeFiles, threads: 1 });
      const frames = rows.slice(0, 8) as { frame: number; timestamp: number; ids: number[] }[];
      expect(frames.map(({ frame }) => frame)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(frames[7]?.timestamp).toBeCloseTo(0.7, 2);
      expect(frames[7]?.ids.length).toBeGreaterThan(0);
      expect(rows[8]).toEqual([0, 2, 4, 6]);
    });
  });
});
