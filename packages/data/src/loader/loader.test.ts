import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Sample, Transform } from "@lookonce/augment";
import { familySettings, hypPresets } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { blankImage, writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describeShared, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "../batch.ts";
import { BatchLoader } from "../batch-loader.ts";
import { Dataset } from "../dataset.ts";
import type { AugmentSettings } from "./job.ts";
import type { BatchLoaderOptions } from "./loader-options.ts";
import { brief, readEpoch, TestImages } from "./test-images.ts";

let images: TestImages;
beforeAll(async () => {
  images = await TestImages.make();
});
afterAll(() => images.remove());

/** Adds noise to every byte and drops a box, at random. */
const noise = `export default [
  (sample, rng) => {
    const data = sample.image.data.map((value) => value + rng.integer(-20, 20));
    return { ...sample, image: { ...sample.image, data } };
  },
  (sample, rng) => {
    const keep = sample.classes.length > 0 && rng.chance(0.5) ? 1 : sample.classes.length;
    return { ...sample, classes: sample.classes.subarray(0, keep), boxes: sample.boxes.subarray(0, keep * 4) };
  },
];`;

const augment: AugmentSettings = { family: "v8", hyp: { ...hypPresets.v8, mixup: 0.5, degrees: 10 } };
const numbers = (batches: Batch[]): number[] => batches.flatMap(({ samples }) => samples.map(({ index }) => index));

/** For machines that are busy with other work. */
const patient = { timeout: 20_000 };

async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: Error) => error,
  );
  if (outcome === undefined) throw new Error("nothing was thrown");
  return outcome;
}

describe("any number of workers", () => {
  const cases: [string, number, () => Promise<Partial<BatchLoaderOptions>>][] = [
    ["augmented as YOLOv8", 4, async () => ({ augment, transforms: await images.module("noise", noise) })],
    [
      "augmented as YOLOv5",
      2,
      async () => ({ augment: { ...augment, family: "v5" }, loading: familySettings.v5.loading }),
    ],
    ["rectangular", 2, async () => ({ rect: true })],
    ["rectangular and augmented", 2, async () => ({ rect: true, pad: 0, augment })],
  ];
  it.each(cases)("make the same bytes %s, with up to %i", async (_, max, make) => {
    const given = await make();
    const options = { ...given, batch: 3, ...(given.rect ? {} : { shuffle: new Random(4) }), random: new Random(1) };
    const dataset = await images.open();
    const [none, one, several] = [
      await readEpoch(dataset, { ...options, workers: 0 }, { epoch: 2 }),
      await readEpoch(dataset, { ...options, workers: 1, cacheBytes: 0 }, { epoch: 2 }),
      await readEpoch(dataset, { ...options, workers: max, prefetch: 3 }, { epoch: 2 }),
    ];
    expect(none.map(({ count }) => count)).toEqual([3, 3, 3, 2]);
    expect(brief(one)).toEqual(brief(none));
    expect(brief(several)).toEqual(brief(none));
  });

  it("make the same bytes from JPEG files of many sizes", async () => {
    const folder = join(images.folder, "jpeg");
    const rng = new Random("texture");
    for (let n = 0; n < 12; n++) {
      const size = { width: 33 + 7 * n, height: 90 - 5 * n };
      const image = blankImage(size);
      image.data.forEach((_, i) => {
        image.data[i] = 128 + 100 * Math.sin(i / (5 + n)) + rng.uniform(-20, 20);
      });
      await writeImage(join(folder, "images", `${n}.jpg`), image);
    }
    await mkdir(join(folder, "labels"));
    await writeFile(join(folder, "labels", "0.txt"), "0 0.5 0.5 0.5 0.5\n");
    await writeFile(join(folder, "data.yaml"), "train: images\nval: images\nnames: [a]\n");
    const dataset = await Dataset.open({ yaml: join(folder, "data.yaml"), split: "train" });
    const options = { batch: 4, imgsz: 96, augment };
    const [none, two] = [
      await readEpoch(dataset, { ...options, workers: 0 }),
      await readEpoch(dataset, { ...options, workers: 2 }),
    ];
    expect(brief(two)).toEqual(brief(none));
  });

  it("draws anew in every epoch, from the given source of random numbers", async () => {
    const dataset = await images.open();
    const read = (seed: number, epoch: number): Promise<Batch[]> =>
      readEpoch(dataset, { augment, random: new Random(seed), workers: 0 }, { epoch });
    const first = await read(1, 0);
    expect(brief(await read(1, 0))).toEqual(brief(first));
    expect(brief(await read(1, 1))[0]).not.toEqual(brief(first)[0]);
    expect(brief(await read(2, 0))[0]).not.toEqual(brief(first)[0]);
  });

  it("lets the settings change from epoch to epoch", async () => {
    const dataset = await images.open();
    const hyp = { ...hypPresets.v8, scale: 0, translate: 0, fliplr: 0, hsv_h: 0, hsv_s: 0, hsv_v: 0 };
    const closing = (epoch: number): AugmentSettings => {
      return { family: "v8", hyp: { ...hyp, mosaic: epoch === 0 ? 1 : 0 } };
    };
    const [mosaic] = await readEpoch(dataset, { augment: closing, workers: 1 });
    const [plain] = await readEpoch(dataset, { augment: closing, workers: 1 }, { epoch: 1 });
    // without mosaics an image has its own objects, and its own gray in the middle
    expect(plain?.samples.map(({ classes }) => classes.length)).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((i) => plain?.images[(i * 64 * 64 + 32 * 64 + 32) * 3])).toEqual([0, 20, 40, 60]);
    expect(mosaic?.samples.map(({ classes }) => classes.length)).not.toEqual([0, 1, 2, 3]);
  });

  it("goes on at any batch as if it had never stopped", async () => {
    const dataset = await images.open();
    const options = { augment, shuffle: new Random(3), batch: 2, workers: 1 };
    const whole = await readEpoch(dataset, { ...options, workers: 0 }, { epoch: 1 });
    const loader = new BatchLoader(dataset, { imgsz: 64, ...options });
    for (const from of [4, 0, 1, 6]) {
      const rest: Batch[] = [];
      for await (const batch of loader.batches(1, { from })) rest.push(batch);
      expect(brief(rest)).toEqual(brief(whole.slice(from)));
    }
    await loader.dispose();
    await expect(readEpoch(dataset, options, { from: 7 })).rejects.toThrow("from must be a batch's number, 0 to 6");
  });

  it("begins an epoch before it is asked for", async () => {
    const dataset = await images.open();
    const order: number[] = [];
    const watch: Transform = (sample) => {
      order.push(sample.classes.length);
      return sample;
    };
    const loader = new BatchLoader(dataset, { batch: 4, imgsz: 64, transforms: [watch], prefetch: 1 });
    loader.prepare(1);
    await expect.poll(() => order.length, patient).toBe(4);
    const first = await loader.batches(1).next();
    expect(first.value?.samples.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(order.filter((n) => n === 0).length).toBe(1);
    // what was prepared but not asked for is no harm
    loader.prepare(2);
    expect((await loader.batches(0).next()).value?.count).toBe(4);
    await loader.dispose();
  });
});

describeShared("photographs", ["data/coco128/coco128.yaml"], () => {
  it("have the same bytes in any number of workers", async () => {
    const yaml = sharedPath("data/coco128/coco128.yaml");
    const dataset = await Dataset.open({ yaml, split: "val", fraction: 0.25 });
    const read = async (workers: number): Promise<object[]> =>
      brief(await readEpoch(dataset, { batch: 8, imgsz: 320, augment, cache: "none", workers }));
    expect(await read(1)).toEqual(await read(0));
  });
});

describe("a worker that dies", () => {
  const killing = (flag: string, whom: number) => `import { existsSync, rmSync } from "node:fs";
    export default (sample) => {
      if (sample.classes.length === ${whom} && existsSync(${JSON.stringify(flag)})) {
        rmSync(${JSON.stringify(flag)});
        process.exit(3);
      }
      return sample;
    };`;

  it.each([1, 2])("is replaced, and its batch made again (%i workers)", async (workers) => {
    const flag = join(images.folder, `flag-${workers}`);
    await writeFile(flag, "");
    const transforms = await images.module(`killing-${workers}`, killing(flag, 6));
    const dataset = await images.open();
    const batches = await readEpoch(dataset, { transforms, workers, batch: 2 });
    expect(brief(batches)).toEqual(brief(await readEpoch(dataset, { workers: 0, batch: 2 })));
    await expect(readFile(flag)).rejects.toThrow("ENOENT");
    expect(dataset.report.problems).toEqual([]);
  });

  it.each([1, 3])("twice of the same batch is an error that names its images (%i workers)", async (workers) => {
    const deadly = "export default (sample) => (sample.classes.length === 5 ? process.exit(7) : sample);";
    const transforms = await images.module("deadly", deadly);
    const dataset = await images.open();
    const loader = new BatchLoader(dataset, { transforms, workers, batch: 2, imgsz: 64 });
    const got: Batch[] = [];
    const error = await failure(
      (async () => {
        for await (const batch of loader) got.push(batch);
      })(),
    );
    expect(numbers(got)).toEqual([0, 1, 2, 3]);
    expect(error).toBeInstanceOf(LookonceError);
    expect((error as LookonceError).code).toBe("DATA");
    expect(error.message).toContain(`died twice while it made a batch of ${images.path(4)}, ${images.path(5)}:`);
    expect(error.message).toContain("exited with code 7");
    // the loader itself goes on
    const rest: Batch[] = [];
    for await (const batch of loader.batches(0, { from: 3 })) rest.push(batch);
    expect(numbers(rest)).toEqual([6, 7, 8, 9, 10]);
    await loader.dispose();
  });

  it("says what it died of", async () => {
    const transforms = await images.module(
      "later",
      "export default (s) => { setImmediate(() => { throw new Error('boom'); }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); return s; };",
    );
    const error = await failure(readEpoch(await images.open(), { transforms, workers: 1, batch: 11 }));
    expect(error.message).toContain("boom");
  });
});

describe("transforms", () => {
  it("say on which image they failed, here and in workers", async () => {
    const source = "(sample) => { if (sample.classes.length === 5) throw new TypeError('no fives'); return sample; }";
    const dataset = await images.open();
    const transforms = await images.module("throwing", `export default ${source};`);
    const expected = `a transform failed on ${images.path(5)}: no fives`;
    for (const workers of [0, 2]) {
      const error = await failure(readEpoch(dataset, { transforms, workers }));
      expect([error.message, (error as LookonceError).code]).toEqual([expected, "ARGUMENT"]);
    }
    const thrower: Transform = () => {
      throw new LookonceError("UNSUPPORTED", "not this one");
    };
    expect(await failure(readEpoch(dataset, { transforms: [thrower] }))).toMatchObject({ code: "UNSUPPORTED" });
  });

  it("must come from a module that exports them", async () => {
    const dataset = await images.open();
    const bad = await images.module("bad", "export default [() => {}, 5];");
    const none = new URL("./nowhere.mjs", bad);
    for (const workers of [0, 1]) {
      expect(await failure(readEpoch(dataset, { transforms: bad, workers }))).toMatchObject({ code: "ARGUMENT" });
      expect(await failure(readEpoch(dataset, { transforms: none, workers }))).toMatchObject({ code: "NOT_FOUND" });
    }
    expect(() => new BatchLoader(dataset, { batch: 1, imgsz: 64, transforms: [], workers: 1 })).toThrow(
      "move them to a module",
    );
  });

  it.each([
    ["a promise", async (sample: Sample) => sample],
    ["undefined", () => undefined],
    ["no image of bytes", (sample: Sample) => ({ ...sample, image: 5 })],
    ["3 bytes as an image of 64 × 64", (s: Sample) => ({ ...s, image: { ...s.image, data: new Uint8Array(3) } })],
    ["no Float32Array of boxes", (sample: Sample) => ({ ...sample, boxes: [] })],
    ["1 boxes with 0 classes", (sample: Sample) => ({ ...sample, boxes: new Float32Array(4) })],
  ])("must return a sample, not %s", async (what, transform) => {
    const error = await failure(readEpoch(await images.open(), { transforms: [transform as Transform] }));
    expect(error.message).toContain(`the transforms returned ${what}`);
    expect(error.message).toContain(`for ${images.path(0)}:`);
  });

  it("must keep the size of the batch", async () => {
    const halve: Transform = (sample) => {
      const { data, width } = sample.image;
      return { ...sample, image: { data: data.subarray(0, data.length / 2), width, height: 32 } };
    };
    const error = await failure(readEpoch(await images.open(), { transforms: [halve] }));
    expect(error.message).toContain("came out of its transforms 64 × 32 pixels large; its batch is made of 64 × 64");
  });
});

describe("memory", () => {
  it("stays flat, here and in workers", async () => {
    const record = join(images.folder, "memory.txt");
    // at the image without objects, once an epoch
    const source = `import { appendFileSync } from "node:fs";
      import { setFlagsFromString } from "node:v8";
      import { runInNewContext } from "node:vm";
      export default (sample) => {
        if (sample.classes.length > 0) return sample;
        setFlagsFromString("--expose-gc");
        runInNewContext("gc")();
        appendFileSync(${JSON.stringify(record)}, process.memoryUsage().arrayBuffers + " ");
        return sample;
      };`;
    const transforms = await images.module("memory", source);
    const options = { batch: 1, imgsz: 320, workers: 1, cache: "none", transforms } as const;
    const loader = new BatchLoader(await images.open(), options);
    const here: number[] = [];
    for (let epoch = 0; epoch < 12; epoch++) {
      for await (const batch of loader.batches(epoch)) expect(batch.images.length).toBe(320 * 320 * 3);
      setFlagsFromString("--expose-gc");
      runInNewContext("gc")();
      here.push(process.memoryUsage().arrayBuffers);
    }
    await loader.dispose();
    const inWorker = (await readFile(record, "utf8")).trim().split(" ").map(Number);
    expect(inWorker).toHaveLength(12);
    for (const list of [here, inWorker]) {
      // Between the least of the first and of the last epochs lie at least 3 with 33 batches of 300 kB, 10 MB if any were
      // kept. The least, because memory that was collected may be given back a little later.
      expect(Math.min(...list.slice(6)) - Math.min(...list.slice(0, 3))).toBeLessThan(3e6);
    }
  });
});

describe("ending", () => {
  /** Whatever would keep this process running. */
  const alive = (): number => process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length;

  it("early leaves nothing that keeps the process running", async () => {
    const before = alive();
    const loader = new BatchLoader(await images.open(), { batch: 1, imgsz: 64, workers: 2 });
    for await (const batch of loader) {
      expect(batch.count).toBe(1);
      expect(alive()).toBeGreaterThan(before);
      break;
    }
    await expect.poll(alive, patient).toBe(before);
    // the same workers take up work again
    for await (const batch of loader.batches(1)) expect(batch.count).toBe(1);
    await expect.poll(alive, patient).toBe(before);
    await loader.dispose();
  });

  it("by a signal throws its reason, also while a batch is waited for", async () => {
    const slow =
      "export default (s) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); return s; };";
    const transforms = await images.module("slow", slow);
    const loader = new BatchLoader(await images.open(), { batch: 8, imgsz: 64, workers: 1, transforms });
    const control = new AbortController();
    const waiting = failure(loader.batches(0, { signal: control.signal }).next());
    control.abort(new Error("enough"));
    expect((await waiting).message).toBe("enough");
    expect((await failure(loader.batches(0, { signal: control.signal }).next())).message).toBe("enough");
    await loader.dispose();
  });

  it("by dispose() frees the threads, and whoever waits gets an error", async () => {
    const before = alive();
    for (const workers of [0, 2]) {
      const loader = new BatchLoader(await images.open(), { batch: 1, imgsz: 64, workers });
      const iterator = loader.batches();
      await iterator.next();
      const waiting = failure(iterator.next());
      await loader.dispose();
      await loader.dispose();
      expect(await waiting).toMatchObject({ code: "ARGUMENT", message: expect.stringContaining("was disposed") });
      await expect(loader.batches().next()).rejects.toThrow("was disposed");
      expect(alive()).toBe(before);
    }
  });

  it("while images are decoded does no harm", async () => {
    for (let i = 0; i < 2; i++) {
      const loader = new BatchLoader(await images.open(), { batch: 2, imgsz: 320, workers: 2, cache: "none" });
      await loader.batches().next();
      await loader.dispose();
    }
  });
});

describe("damage that shows while loading", () => {
  it("leaves an image out, or has the next one in its place where images are augmented", async () => {
    const path = images.path(2);
    const datasets = [await images.open(), await images.open()] as const;
    await writeFile(path, "gone bad");
    try {
      for (const workers of [0, 2]) {
        const plain = await readEpoch(datasets[0], { workers, cacheBytes: 0 });
        expect(numbers(plain)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10]);
        const augmented = await readEpoch(datasets[1], { workers, augment, cacheBytes: 0 });
        expect(numbers(augmented)).toEqual([0, 1, 3, 3, 4, 5, 6, 7, 8, 9, 10]);
      }
      for (const { report } of datasets) {
        expect(report.corrupt).toBe(1);
        expect(report.problems.map((problem) => problem.path)).toEqual([path]);
      }
    } finally {
      await images.write(2);
    }
  });

  it("of every image is an error where batches must be full", async () => {
    const dataset = await images.open();
    for (let n = 0; n < images.count; n++) await rm(images.path(n));
    try {
      expect(await readEpoch(dataset, { workers: 1 })).toEqual([]);
      const error = await failure(readEpoch(dataset, { augment, workers: 1 }));
      expect(error).toMatchObject({ code: "DATA", message: expect.stringContaining("There is no image") });
      expect(dataset.report.corrupt).toBe(images.count);
    } finally {
      for (let n = 0; n < images.count; n++) await images.write(n);
    }
  });
});
