// What a task's labels look like, as they are and as training sees them, from generated shapes.
import { join } from "node:path";
import { hypPreset } from "@lookonce/config";
import { BatchLoader, Dataset, generateShapes, imagesOf } from "@lookonce/data";
import { labelShapes } from "@lookonce/families";
import { Random } from "@lookonce/random";

/** The tasks besides detection, their kinds of labels, and how strongly their images are augmented. */
export const tasks = [
  { name: "segment", labels: "polygons", hyp: { degrees: 20, copy_paste: 0.5 } },
  { name: "pose", labels: "keypoints", hyp: { degrees: 20 } },
  { name: "obb", labels: "rotated", hyp: { degrees: 180 } },
  { name: "classify", labels: "folders", hyp: { erasing: 0.6 } },
];

const imgsz = 256;

/** Two images of a task with their labels, and six that training would see. */
export async function taskCells(folder, { name, labels, hyp }) {
  const { yaml } = await generateShapes({
    ...{ directory: join(folder, name), train: 12, val: 1, size: imgsz, seed: 3, labels },
  });
  const dataset = await Dataset.open({ yaml, split: "train", cache: false, labels });
  const options = { imgsz, workers: 0, cache: "none", random: new Random(5) };
  const plain = await firstCells(new BatchLoader(dataset, { ...options, batch: 2 }), "label");
  const augment = { family: "v8", hyp: { ...hypPreset("v8"), ...hyp } };
  const augmented = await firstCells(new BatchLoader(dataset, { ...options, batch: 6, augment }), "augmented");
  return { cells: [...plain, ...augmented], names: dataset.names };
}

async function firstCells(loader, caption) {
  for await (const batch of loader) {
    const images = imagesOf(batch);
    return batch.samples.map((sample, i) => {
      const { boxes, classes } = sample;
      return { image: images[i], boxes, classes, ...labelShapes(sample), caption };
    });
  }
  return [];
}
