import { Random } from "@lookonce/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset } from "../index.ts";
import { convertVoc } from "./convert-voc.ts";
import { convertCvat } from "./cvat/convert-cvat.ts";
import { writeCvat } from "./cvat/write-cvat.ts";
import { convertHuggingFace } from "./hugging-face/convert-hugging-face.ts";
import { writeHuggingFace, writeImageFolder } from "./hugging-face/write-hugging-face.ts";
import { convertLabelStudio } from "./label-studio/convert-label-studio.ts";
import { writeLabelStudio } from "./label-studio/write-label-studio.ts";
import { convertLabelMe } from "./labelme/convert-labelme.ts";
import { writeLabelMe } from "./labelme/write-labelme.ts";
import { convertOpenImages } from "./open-images/convert-open-images.ts";
import { writeOpenImages } from "./open-images/write-open-images.ts";
import { randomDataset, TestFolder, type TestKind } from "./test-annotations.ts";
import { writeVoc } from "./write-voc.ts";

let folder: TestFolder;
beforeEach(async () => {
  folder = await TestFolder.make();
});
afterEach(() => folder.remove());

interface Format {
  /** What it has a place for. */
  kinds: readonly TestKind[];
  /** Pixels by which numbers may differ. */
  tolerance: number;
  there(dataset: Dataset): Promise<unknown>;
  back(options: {
    images: string;
    output: string;
    polygons: boolean;
    keypoints: boolean;
    rotated: boolean;
  }): Promise<{ yaml: string; leftOut: object }>;
  /** Visibility that all labeled keypoints come back with. */
  visibility?: number;
  /** Whether images without an object do not come back. */
  losesBackground?: boolean;
}

/** Number of random data sets of each kind. */
const repeats = 2;

const all = ["boxes", "polygons", "keypoints", "rotated"] as const;
const keypointNames = ["nose", "left_eye", "right_eye"];

const formats: Record<string, Format> = {
  "Pascal VOC": {
    kinds: ["boxes"],
    // Whole pixels: a width has two ends
    tolerance: 1.01,
    there: (dataset) => writeVoc(dataset, folder.at("voc")),
    back: (options) => convertVoc({ ...options, annotations: folder.at("voc", "Annotations") }),
  },
  CVAT: {
    kinds: all,
    tolerance: 0.002,
    there: (dataset) => writeCvat(dataset, folder.at("cvat")),
    back: (options) => convertCvat({ ...options, annotations: folder.at("cvat", "annotations.xml") }),
  },
  "Label Studio": {
    kinds: all,
    tolerance: 0.002,
    there: (dataset) => writeLabelStudio(dataset, folder.at("tasks.json")),
    back: (options) => convertLabelStudio({ ...options, keypointNames, annotations: folder.at("tasks.json") }),
    visibility: 2,
  },
  LabelMe: {
    kinds: all,
    tolerance: 0.002,
    there: (dataset) => writeLabelMe(dataset, folder.at("labelme")),
    back: (options) => convertLabelMe({ ...options, keypointNames, annotations: folder.at("labelme") }),
  },
  "Open Images": {
    kinds: ["boxes"],
    tolerance: 0.002,
    there: (dataset) => writeOpenImages(dataset, folder.at("open")),
    back: (options) =>
      convertOpenImages({ ...options, annotations: folder.at("open", "annotations", "train-annotations-bbox.csv") }),
    losesBackground: true,
  },
  "Hugging Face's Parquet": {
    kinds: ["boxes", "polygons"],
    tolerance: 0.002,
    there: (dataset) => writeHuggingFace(dataset, folder.at("hub")),
    // The images are in the files
    back: ({ images: _, ...options }) => convertHuggingFace({ ...options, annotations: folder.at("hub") }),
  },
  ImageFolder: {
    kinds: ["boxes", "polygons"],
    tolerance: 0.002,
    there: (dataset) => writeImageFolder(dataset, folder.at("hub"), { saveImages: "link" }),
    back: ({ images: _, ...options }) => convertHuggingFace({ ...options, annotations: folder.at("hub") }),
  },
};

describe.each(Object.entries(formats))(
  "YOLO to %s and back",
  (_name, { kinds, tolerance, there, back, visibility, losesBackground }) => {
    it.each(kinds)("keeps %s, within its rounding", async (kind) => {
      for (let seed = 0; seed < repeats; seed++) {
        const random = new Random(`${kind} ${seed}`);
        await folder.remove();
        folder = await TestFolder.make();
        const yaml = await randomDataset(folder, random, kind);
        const before = await Dataset.open({ yaml, split: "train", labels: kind });
        await there(before);
        const { yaml: returned, leftOut } = await back({
          images: folder.at("images"),
          output: folder.at("out"),
          polygons: kind === "polygons",
          keypoints: kind === "keypoints",
          rotated: kind === "rotated",
        });
        expect(leftOut).toEqual({});
        const after = await Dataset.open({ yaml: returned, split: "train", labels: kind });
        const entries = before.entries.filter(({ classes }) => !losesBackground || classes.length > 0);
        expect(after.entries.length).toBe(entries.length);
        for (const [i, entry] of entries.entries()) {
          const other = after.entries[i] as typeof entry;
          const namesOf = (dataset: Dataset, { classes }: typeof entry): unknown[] => {
            return Array.from(classes, (label) => dataset.names[label]);
          };
          expect(namesOf(after, other)).toEqual(namesOf(before, entry));
          const size = [entry.width, entry.height];
          const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, columns: number): void => {
            expect(actual.length).toBe(expected.length);
            for (const [k, value] of Array.from(expected).entries()) {
              const axis = k % columns;
              const pixels = axis < 2 || columns === 4 ? (size[axis % 2] as number) : 1;
              expect(Math.abs((actual[k] as number) - value) * pixels).toBeLessThanOrEqual(tolerance);
            }
          };
          const hasOwnBox = kind !== "keypoints" || _name !== "CVAT";
          if (kind === "rotated") {
            // Corners may start elsewhere
            const sums = ({ polygons = [] }: typeof entry): number[] => polygons.flatMap((p) => sortedPoints(p));
            close(sums(other), sums(entry), 2);
          } else {
            if (hasOwnBox) close(other.boxes, entry.boxes, 4);
            close(
              (other.polygons ?? []).flatMap((p) => [...p]),
              (entry.polygons ?? []).flatMap((p) => [...p]),
              2,
            );
          }
          const points = entry.keypoints?.map((value, k) => (k % 3 === 2 && value > 0 ? (visibility ?? value) : value));
          close(other.keypoints ?? [], points ?? [], 3);
        }
      }
    });
  },
);

/** The points of an outline in an order that does not depend on where it starts. */
function sortedPoints(points: Float32Array): number[] {
  const pairs = Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0]);
  const [cx, cy] = [0, 1].map((axis) => pairs.reduce((sum, pair) => sum + (pair[axis] ?? 0), 0) / pairs.length);
  const turn = ([x = 0, y = 0]: number[]): number => Math.atan2(y - (cy ?? 0), x - (cx ?? 0));
  return pairs.sort((a, b) => turn(a) - turn(b)).flat();
}
