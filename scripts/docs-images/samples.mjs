// Samples to try augmentation on, from generated shapes.
import { join } from "node:path";
import { Dataset, generateShapes } from "@lookonce/data";
import { readImage } from "@lookonce/image";

/** Side of the images, in pixels. */
const size = 256;

/** Images of all shapes, of which `plain[0]` is the one that most transforms are shown on, and one of circles. */
export async function makeSamples(folder) {
  const all = { directory: join(folder, "all"), train: 12, val: 1, size, seed: 11 };
  const round = { directory: join(folder, "circles"), train: 6, val: 1, size, seed: 4, classes: ["circle"] };
  const { names, samples } = await open(await generateShapes(all));
  const circles = await open(await generateShapes(round));
  return { names, size, plain: samples, circles: circles.samples.map(withOutlines) };
}

async function open({ yaml }) {
  const dataset = await Dataset.open({ yaml, split: "train", cache: false });
  const samples = await Promise.all(
    dataset.entries.map(async ({ path, boxes, classes }) => {
      const corners = boxes.map((_, i) => {
        const row = i - (i % 4);
        return size * (boxes[row + (i % 2)] + (boxes[row + 2 + (i % 2)] / 2) * (i % 4 < 2 ? -1 : 1));
      });
      return { image: await readImage(path), boxes: corners, classes };
    }),
  );
  return { names: dataset.names, samples };
}

/** The outlines of circles, as labels of segmentation data sets have them. */
function withOutlines(sample) {
  const { boxes, classes } = sample;
  const polygons = Array.from(classes, (_, i) => {
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
    return Float32Array.from({ length: 96 }, (_, k) => {
      const angle = (Math.floor(k / 2) / 48) * 2 * Math.PI;
      const [low, high, turn] = k % 2 === 0 ? [x1, x2, Math.cos(angle)] : [y1, y2, Math.sin(angle)];
      return (low + high) / 2 + ((high - low) / 2) * turn;
    });
  });
  return { ...sample, polygons };
}
