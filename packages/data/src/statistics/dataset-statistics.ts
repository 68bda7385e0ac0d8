import type { Dataset } from "../dataset.ts";

/** Numbers about the objects and images of a split. */
export interface DatasetStatistics {
  images: number;
  instances: number;
  /** Images without an object. */
  background: number;
  /** Every class of the data set, in the order of class numbers, those without an object included. */
  classes: ClassStatistics[];
  /** How many images show 0, 1, 2, … objects. */
  objectsPerImage: number[];
  /** Every object's box, for drawing. */
  boxes: BoxTable;
  /** Boxes by their area in the images' own pixels, with COCO's bounds: under 32², under 96², and the rest. */
  areas: { small: number; medium: number; large: number };
  /** Sizes of images in pixels, the most frequent first. */
  sizes: { width: number; height: number; images: number }[];
}

/** Objects of one class. */
export interface ClassStatistics {
  label: number;
  name: string;
  instances: number;
  /** Images that show at least one. */
  images: number;
}

/** Boxes of all objects, one row each, as fractions of their images' sides. */
export interface BoxTable {
  labels: Int32Array;
  /** Rows of x, y. */
  centers: Float32Array;
  /** Rows of width, height. */
  sizes: Float32Array;
}

/** Counts a split's classes, boxes and images; nothing is read from disk. */
export function datasetStatistics({ entries, names }: Pick<Dataset, "entries" | "names">): DatasetStatistics {
  const perImage = entries.map(({ classes }) => classes.length);
  return {
    images: entries.length,
    instances: perImage.reduce((a, b) => a + b, 0),
    background: perImage.filter((count) => count === 0).length,
    classes: classStatistics(entries, names),
    objectsPerImage: histogram(perImage),
    boxes: boxTable(entries),
    areas: areaCounts(entries),
    sizes: sizeCounts(entries),
  };
}

type Entries = Dataset["entries"];

function classStatistics(entries: Entries, names: readonly string[]): ClassStatistics[] {
  const instances = tally(entries.flatMap(({ classes }) => [...classes]));
  const images = tally(entries.flatMap(({ classes }) => [...new Set(classes)]));
  return names.map((name, label) => {
    return { label, name, instances: instances.get(label) ?? 0, images: images.get(label) ?? 0 };
  });
}

/** How often each number occurs. */
function tally(numbers: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}

function histogram(counts: readonly number[]): number[] {
  const max = counts.reduce((a, b) => Math.max(a, b), 0);
  const bins = tally(counts);
  return Array.from({ length: max + 1 }, (_, count) => bins.get(count) ?? 0);
}

function boxTable(entries: Entries): BoxTable {
  const values = (from: number): number[] =>
    entries.flatMap(({ boxes }) => Array.from(boxes).filter((_, i) => i % 4 === from || i % 4 === from + 1));
  return {
    labels: Int32Array.from(entries.flatMap(({ classes }) => Array.from(classes))),
    centers: Float32Array.from(values(0)),
    sizes: Float32Array.from(values(2)),
  };
}

function areaCounts(entries: Entries): DatasetStatistics["areas"] {
  const areas = { small: 0, medium: 0, large: 0 };
  for (const { width, height, boxes } of entries) {
    for (let i = 0; i < boxes.length; i += 4) {
      const [w = 0, h = 0] = boxes.subarray(i + 2, i + 4);
      const area = w * width * h * height;
      areas[area < 32 ** 2 ? "small" : area < 96 ** 2 ? "medium" : "large"]++;
    }
  }
  return areas;
}

function sizeCounts(entries: Entries): DatasetStatistics["sizes"] {
  const sizes = new Map<string, DatasetStatistics["sizes"][0]>();
  for (const { width, height } of entries) {
    const key = `${width}x${height}`;
    const size = sizes.get(key) ?? { width, height, images: 0 };
    size.images++;
    sizes.set(key, size);
  }
  return [...sizes.values()].sort((a, b) => b.images - a.images || a.width - b.width || a.height - b.height);
}
