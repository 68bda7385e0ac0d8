// The images of docs/what-yolo-is.md: cells of three strides, and what a detector answers before and after suppression.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { sampleWeights } from "@lookonce/config";
import { readImage } from "@lookonce/image";
import { YOLO } from "@lookonce/yolo";

/** How many pixels of the image one pixel becomes, so that lines between cells are thin. */
const zoom = 2;

/** A sample, and its cells of three strides; those whose centers lie in an object are colored. */
export function cellImages({ image, boxes, classes }) {
  const plain = { image: enlarge(image), boxes: boxes.map((side) => side * zoom), classes, caption: "labels" };
  const grids = [8, 16, 32].map((stride) => ({
    ...{ image: withCells(image, { boxes, stride }), boxes: new Float32Array(), classes: new Int32Array() },
    caption: `stride ${stride}: ${(image.width / stride) ** 2} cells`,
  }));
  return [plain, ...grids];
}

function enlarge({ width, height, data }) {
  const [w, h] = [width * zoom, height * zoom];
  const enlarged = new Uint8Array(w * h * 3);
  for (let i = 0; i < w * h; i++) {
    const from = Math.floor(i / w / zoom) * width + Math.floor((i % w) / zoom);
    enlarged.set(data.subarray(3 * from, 3 * from + 3), 3 * i);
  }
  return { width: w, height: h, data: enlarged };
}

function withCells(image, { boxes, stride }) {
  const { width, height, data } = enlarge(image);
  const side = stride * zoom;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const center = [x, y].map((value) => (Math.floor(value / side) + 0.5) * stride);
    const isLine = x % side === 0 || y % side === 0;
    const color = isLine ? [255, 255, 255] : isInside(center, boxes) ? [79, 107, 237] : undefined;
    const share = isLine ? 0.55 : 0.5;
    for (let c = 0; c < 3 && color !== undefined; c++) {
      data[3 * i + c] = (1 - share) * data[3 * i + c] + share * color[c];
    }
  }
  return { width, height, data };
}

function isInside([x, y], boxes) {
  for (let i = 0; i < boxes.length; i += 4) {
    if (x > boxes[i] && y > boxes[i + 1] && x < boxes[i + 2] && y < boxes[i + 3]) return true;
  }
  return false;
}

/** The image that comes along, with all boxes above the threshold and with those that suppression leaves. */
export async function suppressionCells() {
  const model = await YOLO.load(sampleWeights);
  const path = join(
    dirname(createRequire(import.meta.url).resolve("@lookonce/yolo/package.json")),
    "samples/shapes.jpg",
  );
  const [all] = await model.predict(path, { iou: 1 });
  const [left] = await model.predict(path);
  await model.dispose();
  const image = await readImage(path);
  const cell = ({ boxes }, what) => ({
    ...{ image, boxes: boxes.xyxy, classes: boxes.cls, caption: `${boxes.count} boxes ${what}` },
  });
  return { cells: [cell(all, "before suppression"), cell(left, "after it")], names: left.names };
}
