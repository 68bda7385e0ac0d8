import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Transform } from "@lookonce/augment";
import { hypPresets } from "@lookonce/config";
import { separateMasks } from "@lookonce/geometry";
import { blankImage, readImage, writeImage } from "@lookonce/image";
import {
  describeGolden,
  describeShared,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
  sharedPath,
} from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, BatchLoader, type BatchLoaderOptions, Dataset, type LabelKind, padTargets } from "../index.ts";
import { brief, readEpoch } from "./test-images.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-targets-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Labeled {
  image: Parameters<typeof writeImage>[1];
  labels: readonly string[];
}

async function write(name: string, images: readonly Labeled[], keys = ""): Promise<string> {
  const place = join(folder, name);
  await mkdir(join(place, "labels"), { recursive: true });
  for (const [i, { image, labels }] of images.entries()) {
    await writeImage(join(place, "images", `${i}.png`), image);
    await writeFile(join(place, "labels", `${i}.txt`), labels.join("\n"));
  }
  await writeFile(join(place, "data.yaml"), `train: images\nnames: [a, b, c]\n${keys}`);
  return join(place, "data.yaml");
}

const cases = { segment: "polygons", pose: "keypoints", obb: "rotated" } as const satisfies Record<string, LabelKind>;
const tasks = Object.keys(cases) as (keyof typeof cases)[];

describeGolden(
  "batches of YOLOv8",
  tasks.flatMap((task) => [`tasks/data/dataset_${task}.json`, `tasks/data/dataset_${task}.safetensors`]),
  () => {
    const size = 96;
    const load = async (task: (typeof tasks)[0]): Promise<{ batch: Batch; golden: Record<string, GoldenTensor> }> => {
      const { pictures: labeled, kpt_shape: shape } = goldenJson(`tasks/data/dataset_${task}.json`); // vocabulary-allow: pictures
      const golden = goldenTensors(`tasks/data/dataset_${task}.safetensors`);
      const images = labeled.map(({ labels }: { labels: string[] }, i: number): Labeled => {
        const {
          data,
          shape: [height = 0, width = 0],
        } = golden[`${i}.picture_bgr`] as GoldenTensor; // vocabulary-allow: picture
        const rgb = Uint8Array.from(data, (_, k) => data[k - (k % 3) + 2 - (k % 3)] ?? 0);
        return { image: { data: rgb, width, height }, labels };
      });
      const yaml = await write(task, images, shape === null ? "" : `kpt_shape: [${shape}]\n`);
      const dataset = await Dataset.open({ yaml, split: "train", labels: cases[task] });
      const [batch] = await readEpoch(dataset, { imgsz: size, batch: 3, workers: 0 });
      return { batch: batch as Batch, golden };
    };

    it.each(tasks)("of the task %s", async (task) => {
      const { batch, golden } = await load(task);
      for (const [i, { classes, boxes, keypoints, rotated }] of batch.samples.entries()) {
        const tensor = (name: string): ArrayLike<number> => golden[`${i}.${name}`]?.data ?? [];
        expect([...classes]).toEqual([...Array.from(tensor("cls"))]);
        const image = batch.images.subarray(i * size * size * 3, (i + 1) * size * size * 3);
        const planes = Array.from(
          tensor("img"),
          (_, k) => image[(k % (size * size)) * 3 + Math.floor(k / (size * size))] ?? 0,
        );
        expectClose(planes, tensor("img"), { abs: 2 });
        const expected = Array.from(tensor("bboxes"), (value, k) =>
          k % 5 === 4 && task === "obb" ? value : value * size,
        );
        const centers = Array.from({ length: boxes.length }, (_, k) => {
          const [low = 0, high = 0] = [boxes[k - (k % 4) + (k % 2)], boxes[k - (k % 4) + (k % 2) + 2]];
          return k % 4 < 2 ? (low + high) / 2 : high - low;
        });
        expectClose(rotated ?? centers, expected, { abs: 1e-3 });
        const points = Array.from(tensor("keypoints"), (value, k) => (k % 3 === 2 ? value : value * size));
        expectClose(keypoints ?? [], points, { abs: 1e-3 });
      }
    });

    it("of outlines with one map of masks an image", async () => {
      const { batch, golden } = await load("segment");
      const { masks = new Uint8Array(0), maskSize } = batch.targets;
      expect([maskSize, masks.length]).toEqual([[24, 24], 3 * 24 * 24]);
      for (const [i, { masks: own }] of batch.samples.entries()) {
        const wanted = Array.from(golden[`${i}.masks`]?.data ?? []);
        const found = masks.subarray(i * 24 * 24, (i + 1) * 24 * 24);
        expect(wanted.filter((value, k) => value !== found[k]).length).toBeLessThanOrEqual(2);
        expect(own).toEqual({ width: 24, height: 24, overlap: true, data: found });
      }
    });
  },
);

describeShared(
  "outlines of COCO as YOLOv8 draws them",
  ["golden/tasks/data/coco_polygons.json", "data/coco128/segments"],
  () => {
    it("have the same pixels, order and boxes", async () => {
      const { imgsz, pictures: labeled } = goldenJson("tasks/data/coco_polygons.json"); // vocabulary-allow: pictures
      const names = Object.keys(labeled);
      const place = join(folder, "coco");
      const yaml = join(place, "data.yaml");
      for (const part of ["images", "labels"]) await mkdir(join(place, part), { recursive: true });
      for (const name of names) {
        const label = name.replace(".jpg", ".txt");
        await copyFile(sharedPath(`data/coco128/images/val2017/${name}`), join(place, "images", name));
        await copyFile(sharedPath(`data/coco128/segments/val2017/${label}`), join(place, "labels", label));
      }
      await writeFile(yaml, "train: images\nnc: 80\n");
      const dataset = await Dataset.open({ yaml, split: "train", labels: "polygons" });
      const batches = await readEpoch(dataset, { imgsz, batch: 8, workers: 0 });
      for (const { index, classes, boxes, polygons = [], masks } of batches.flatMap(({ samples }) => samples)) {
        const golden = labeled[names[index] ?? ""];
        const centers = Array.from(classes, (_, k): [number, number] => {
          const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * k, 4 * k + 4);
          return [(x1 + x2) / 2 / imgsz, (y1 + y2) / 2 / imgsz];
        });
        // Objects whose masks have the same number of pixels come in any order there
        const places = (golden.boxes_xywh_normalized as number[][]).map(([cx = 0, cy = 0], k) =>
          centers.findIndex(
            ([x, y], i) => classes[i] === golden.classes[k] && Math.abs(x - cx) < 1e-3 && Math.abs(y - cy) < 1e-3,
          ),
        );
        expect([...places].sort((a, b) => a - b)).toEqual([...classes.keys()]);
        const separate = separateMasks(polygons, { width: imgsz, height: imgsz, ratio: 4 });
        const count = (data: ArrayLike<number>, value: number): number =>
          Array.from(data).filter((v) => v === value).length;
        const areas = places.map((i) => count(separate.subarray(i * 6400, (i + 1) * 6400), 1));
        for (const [k, area] of areas.entries()) expect(area).toBeGreaterThanOrEqual(areas[k + 1] ?? 0);
        for (const [k, i] of places.entries()) {
          const wanted = golden.pixels_of_each_object[k];
          expect(Math.abs(count(masks?.data ?? [], i + 1) - wanted)).toBeLessThanOrEqual(Math.max(3, 0.02 * wanted));
        }
      }
    });
  },
);

describe("a loader", () => {
  const image = blankImage({ width: 40, height: 30 }, 99);
  const outlines = ["0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5", "1 0.2 0.2 0.9 0.3 0.8 0.9"];
  const forms: Record<"polygons" | "rotated" | "keypoints", { labels: string[]; keys?: string }> = {
    polygons: { labels: outlines },
    rotated: { labels: outlines },
    keypoints: {
      labels: ["0 0.5 0.5 0.4 0.4 0.4 0.4 2 0.6 0.4 1", "2 0.4 0.5 0.2 0.4 0.4 0.4 0 0.6 0.4 2"],
      keys: "kpt_shape: [2, 3]\nflip_idx: [1, 0]\n",
    },
  };
  const kinds = Object.keys(forms) as (keyof typeof forms)[];
  const open = async (kind: keyof typeof forms): Promise<Dataset> => {
    const { labels, keys } = forms[kind];
    const images = [labels, [], labels.slice(0, 1)].map((own) => ({ image, labels: own }));
    return Dataset.open({ yaml: await write(`loader-${kind}`, images, keys), split: "train", labels: kind });
  };
  const augment = { family: "v8", hyp: { ...hypPresets.v8, degrees: 20, mixup: 0.5, flipud: 0.5 } } as const;

  it.each(kinds)("makes the same batches of %s with workers", async (kind) => {
    const dataset = await open(kind);
    for (const options of [{}, { augment }, { rect: true }] satisfies Partial<BatchLoaderOptions>[]) {
      const here = await readEpoch(dataset, { batch: 2, imgsz: 64, workers: 0, ...options });
      expect(brief(await readEpoch(dataset, { batch: 2, imgsz: 64, workers: 1, ...options }))).toEqual(brief(here));
    }
  });

  it.each(kinds)("pads targets of %s, those of images without objects too", async (kind) => {
    const [batch] = await readEpoch(await open(kind), { batch: 3, imgsz: 64, workers: 0 });
    const { labels, mask, masks, keypoints, rotated, maxTargets } = (batch as Batch).targets;
    expect([labels.length, maxTargets, [...mask].reduce((a, b) => a + b)]).toEqual([48, 16, 3]);
    expect([masks?.length, keypoints?.length, rotated?.length]).toEqual(
      {
        polygons: [3 * 16 * 16, undefined, undefined],
        keypoints: [undefined, 3 * 16 * 2 * 3, undefined],
        rotated: [undefined, undefined, 3 * 16 * 5],
      }[kind],
    );
    if (keypoints !== undefined) {
      // 40 × 30 becomes 64 × 48 with 8 rows above
      expectClose(keypoints.subarray(0, 6), [25.6, 27.2, 2, 38.4, 27.2, 1], { abs: 1e-4 });
      expect(keypoints.subarray(16 * 6, 32 * 6).every((value) => value === 0)).toBe(true);
    }
    if (rotated !== undefined)
      expectClose(rotated.subarray(0, 5), [19.2, 22.4, 19.2, 25.6, Math.PI / 2], { abs: 1e-3 });
  });

  it("has a mask for each object when they are not to overlap, at any ratio", async () => {
    const masks = { ratio: 2, overlap: false };
    const [batch] = await readEpoch(await open("polygons"), { batch: 3, imgsz: 64, workers: 0, masks });
    const { targets, samples } = batch as Batch;
    expect([targets.maskSize, targets.masks?.length]).toEqual([[32, 32], 3 * 16 * 32 * 32]);
    expect(samples.map(({ classes }) => [...classes])).toEqual([[0, 1], [], [0]]);
    const areas = Array.from({ length: 3 * 16 }, (_, k) =>
      Array.from(targets.masks?.subarray(k * 1024, (k + 1) * 1024) ?? []).reduce((a, b) => a + b, 0),
    );
    // A rectangle of 25.6 × 19.2 pixels with its outline, halved, and a triangle
    expect(areas.map((area) => area > 0)).toEqual(areas.map((_, k) => [0, 1, 32].includes(k)));
    expect(areas[0]).toBeGreaterThan(25.6 * 19.2 * 0.25);
    expect(areas[0]).toBeLessThanOrEqual(14 * 11);
  });

  it("warns that it mirrors no image whose keypoints nobody can exchange", async () => {
    const { labels } = forms.keypoints;
    const yaml = await write("no-flip", [{ image, labels }], "kpt_shape: [2, 3]\n");
    const dataset = await Dataset.open({ yaml, split: "train" });
    const lines: string[] = [];
    const onNotice = (line: string): void => void lines.push(line);
    new BatchLoader(dataset, { batch: 1, imgsz: 64, workers: 0, onNotice });
    const still = { ...augment, hyp: { ...augment.hyp, fliplr: 0, flipud: 0 } };
    new BatchLoader(dataset, { batch: 1, imgsz: 64, workers: 0, onNotice, augment: still });
    expect(lines).toEqual([]);
    const loader = new BatchLoader(dataset, { batch: 1, imgsz: 64, workers: 0, onNotice, augment });
    expect(lines[0]).toMatch(/^No image is mirrored.*flip_idx/);
    await loader.dispose();
  });

  it("refuses transforms that lose what the labels need", async () => {
    const forget: Transform = ({ image, boxes, classes }) => ({ image, boxes, classes });
    for (const kind of kinds) {
      const dataset = await open(kind);
      const failure = await readEpoch(dataset, { batch: 1, imgsz: 64, transforms: [forget] }).catch(
        (error: Error) => error.message,
      );
      expect(failure).toContain("it must change polygons and keypoints with the boxes");
    }
  });

  it("cuts images of classes to squares", async () => {
    const place = join(folder, "classes");
    const half = blankImage({ width: 60, height: 20 }, [255, 0, 0]);
    // Blue outside of the middle
    for (let i = 0; i < 60 * 20; i++) if (i % 60 < 20 || i % 60 >= 40) half.data.set([0, 0, 255], i * 3);
    await writeImage(join(place, "train", "b", "x.png"), half);
    await writeImage(join(place, "train", "a", "y.png"), blankImage({ width: 20, height: 20 }, 9));
    const dataset = await Dataset.open({ yaml: place, split: "train" });
    const [batch] = await readEpoch(dataset, { batch: 2, imgsz: 32, workers: 0, rect: true });
    const { images, height, width, targets } = batch as Batch;
    expect([height, width, targets.labels[0], targets.labels[16]]).toEqual([32, 32, 0, 1]);
    const center = images.subarray(32 * 32 * 3);
    expect([...center.subarray((16 * 32 + 16) * 3, (16 * 32 + 17) * 3)]).toEqual([255, 0, 0]);
    const [augmented] = await readEpoch(dataset, { batch: 2, imgsz: 32, workers: 0, augment });
    expect([augmented?.height, augmented?.width, ...(augmented?.targets.labels ?? [])].filter(Boolean)).toEqual([
      32, 32, 1,
    ]);
    const [again] = await readEpoch(dataset, { batch: 2, imgsz: 32, workers: 1, augment });
    expect(brief([again as Batch])).toEqual(brief([augmented as Batch]));
    expect((await readImage(join(place, "train", "b", "x.png"))).width).toBe(60);
  });
});

it("padTargets pads keypoints and oriented boxes", () => {
  const sample = {
    boxes: Float32Array.of(1, 2, 3, 4),
    classes: Int32Array.of(5),
    keypoints: Float32Array.of(1, 2, 0, 3, 4, 2),
    rotated: Float32Array.of(1, 2, 3, 4, 0.5),
  };
  const none = { boxes: new Float32Array(0), classes: new Int32Array(0) };
  const { keypoints, rotated } = padTargets([none, sample], { keypoints: 2, rotated: true });
  expect([...(keypoints?.subarray(16 * 6, 17 * 6) ?? [])]).toEqual([...sample.keypoints]);
  expect([...(rotated?.subarray(16 * 5, 17 * 5) ?? [])]).toEqual([...sample.rotated]);
  expect([keypoints?.length, rotated?.length]).toEqual([32 * 6, 32 * 5]);
});
