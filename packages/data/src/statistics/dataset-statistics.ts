import type { Dataset } from "../dataset.ts";

/** Numbers about the objects and pictures of a split. */
export interface DatasetStatistics {
  pictures: number;
  instances: number;
  /** Pictures without an object. */
  background: number;
  /** Every class of the data set, in the order of class numbers, those without an object included. */
  classes: ClassStatistics[];
  /** How many pictures hold 0, 1, 2, … objects. */
  objectsPerPicture: number[];
  /** Every object's box, for drawing. */
  boxes: BoxTable;
  /** Boxes by their area in the pictures' own pixels, with COCO's bounds: under 32², under 96², and the rest. */
  areas: { small: number; medium: number; large: number };
  /** Sizes of pictures in pixels, the most frequent first. */
  sizes: { width: number; height: number; pictures: number }[];
}

/** Objects of one class. */
export interface ClassStatistics {
  label: number;
  name: string;
  instances: number;
  /** Pictures that hold at least one. */
  pictures: number;
}

/** Boxes of all objects, one row each, as fractions of their pictures' sides. */
export interface BoxTable {
  labels: Int32Array;
  /** Rows of x, y. */
  centres: Float32Array;
  /** Rows of width, height. */
  sizes: Float32Array;
}

/** Counts a split's classes, boxes and pictures; nothing is read from disk. */
export function datasetStatistics({ entries, names }: Pick<Dataset, "entries" | "names">): DatasetStatistics {
  const perPicture = entries.map(({ classes }) => classes.length);
  return {
    pictures: entries.length,
    instances: perPicture.reduce((a, b) => a + b, 0),
    background: perPicture.filter((count) => count === 0).length,
    classes: classStatistics(entries, names),
    objectsPerPicture: histogram(perPicture),
    boxes: boxTable(entries),
    areas: areaCounts(entries),
    sizes: sizeCounts(entries),
  };
}

type Entries = Dataset["entries"];

function classStatistics(entries: Entries, names: readonly string[]): ClassStatistics[] {
  const rows = names.map((name, label) => ({ label, name, instances: 0, pictures: 0 }));
  for (const { classes } of entries) {
    for (const label of classes) (rows[label] as ClassStatistics).instances++;
    for (const label of new Set(classes)) (rows[label] as ClassStatistics).pictures++;
  }
  return rows;
}

function histogram(counts: readonly number[]): number[] {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const bins = new Array<number>(most + 1).fill(0);
  for (const count of counts) (bins[count] as number)++;
  return bins;
}

function boxTable(entries: Entries): BoxTable {
  const count = entries.reduce((sum, { classes }) => sum + classes.length, 0);
  const labels = new Int32Array(count);
  const centres = new Float32Array(2 * count);
  const sizes = new Float32Array(2 * count);
  let row = 0;
  for (const { classes, boxes } of entries) {
    for (let i = 0; i < classes.length; i++, row++) {
      labels[row] = classes[i] as number;
      centres.set(boxes.subarray(4 * i, 4 * i + 2), 2 * row);
      sizes.set(boxes.subarray(4 * i + 2, 4 * i + 4), 2 * row);
    }
  }
  return { labels, centres, sizes };
}

function areaCounts(entries: Entries): DatasetStatistics["areas"] {
  const areas = { small: 0, medium: 0, large: 0 };
  for (const { width, height, boxes } of entries) {
    for (let i = 0; i < boxes.length; i += 4) {
      const area = (boxes[i + 2] as number) * width * (boxes[i + 3] as number) * height;
      areas[area < 32 ** 2 ? "small" : area < 96 ** 2 ? "medium" : "large"]++;
    }
  }
  return areas;
}

function sizeCounts(entries: Entries): DatasetStatistics["sizes"] {
  const sizes = new Map<string, DatasetStatistics["sizes"][0]>();
  for (const { width, height } of entries) {
    const key = `${width}x${height}`;
    const size = sizes.get(key) ?? { width, height, pictures: 0 };
    size.pictures++;
    sizes.set(key, size);
  }
  return [...sizes.values()].sort((a, b) => b.pictures - a.pictures || a.width - b.width || a.height - b.height);
}
