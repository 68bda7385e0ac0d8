// Times lookonce's training pipeline of YOLOv8 on one thread: four JPEGs decoded, mosaic, perspective, HSV, flip, bytes into a
// batch. Prints one line of JSON; seconds are those of the processor, over all threads of this process.
//
//     node bench/augment-pipeline.mjs --folder <JPEGs> --count 60 --imgsz 640
//
// With --outlines objects have outlines of 30 points, and their masks are drawn, as to learn segmentation.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { v8Augmentation } = await import("../packages/augment/dist/index.js");
const { readImage } = await import("../packages/image/dist/index.js");
const { hypPreset } = await import("../packages/config/dist/index.js");
const { overlapMasks, resamplePolygon } = await import("../packages/geometry/dist/index.js");
const { Random } = await import("../packages/random/dist/index.js");

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    count: { type: "string", default: "60" },
    imgsz: { type: "string", default: "640" },
    outlines: { type: "boolean", default: false },
  },
});
const imgsz = Number(values.imgsz);
const count = Number(values.count);
const files = readdirSync(values.folder)
  .sort()
  .map((name) => readFileSync(join(values.folder, name)));
const rng = new Random("bench");
const [objects, sizes] = [[], []];
for (const bytes of files) {
  const { width, height } = await readImage(bytes);
  sizes.push({ width, height });
  const boxes = new Float32Array(32);
  for (let i = 0; i < 32; i += 4) {
    const [x1, x2] = [rng.uniform(0, width), rng.uniform(0, width)].sort((a, b) => a - b);
    const [y1, y2] = [rng.uniform(0, height), rng.uniform(0, height)].sort((a, b) => a - b);
    boxes.set([x1, y1, x2, y2], i);
  }
  const polygons = Array.from({ length: 8 }, (_, i) => ellipse(boxes.subarray(4 * i, 4 * i + 4)));
  objects.push({ boxes, classes: new Int32Array(8), ...(values.outlines && { polygons }) });
}

/** An ellipse in a box, as 30 points. */
function ellipse([x1, y1, x2, y2]) {
  return Float32Array.from({ length: 60 }, (_, i) => {
    const angle = (Math.floor(i / 2) / 30) * 2 * Math.PI;
    return i % 2 === 0
      ? (x1 + x2) / 2 + ((x2 - x1) / 2) * Math.cos(angle)
      : (y1 + y2) / 2 + ((y2 - y1) / 2) * Math.sin(angle);
  });
}

const source = {
  length: files.length,
  load: async (index, rows) => {
    const image = await readImage(files[index], { fast: true, rows });
    return { ...objects[index], image, whole: sizes[index] };
  },
};
const augment = v8Augmentation(hypPreset("v8"), { imgsz });
const batch = new Uint8Array(16 * imgsz * imgsz * 3);

async function make(index) {
  const { image, polygons } = await augment(source, index % files.length, rng.fork("augment", 0, index));
  if (values.outlines) {
    const dense = polygons.map((polygon) => resamplePolygon(polygon, 1000));
    overlapMasks(dense, { width: imgsz, height: imgsz, ratio: 4 });
  }
  batch.set(image.data, (index % 16) * image.data.length);
}

for (let i = 0; i < Math.max(count / 10, 20); i++) await make(i);
const started = process.cpuUsage();
for (let i = 0; i < count; i++) await make(i);
const { user, system } = process.cpuUsage(started);
console.log(JSON.stringify({ imagesPerSecond: (count * 1e6) / (user + system), images: count, node: process.version }));
