// What masks cost beside boxes, on one thread: at 640 × 640, objects as large as COCO's.
//
//     npm run build && node bench/masks.mjs [--rounds 30]
//
// - `boxes`: decoding of raw maps with 8400 anchors, and suppression, as the CPU's detector does it.
// - `masks`: combining prototypes for what was found, in pixels of the network's input; `retina` in pixels of an image of
//   1280 × 960; `polygons` of the masks, as JSON and label files need them.
import { parseArgs } from "node:util";
import { decodeMaps, imageMasks, inputMasks, maskPolygon, nonMaxSuppression } from "@lookonce/geometry";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "30" } } });
const [side, nc, coefficients] = [640, 80, 32];
const strides = [8, 16, 32];
const head = { nc, strides, regMax: 16, anchors: [], extras: coefficients };

/** Numbers as from a generator of Park and Miller, from 0 to 1. */
let state = 7;
function random() {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}

const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

/** Raw maps with some objects: every third small, medium, large, as COCO counts them. */
function mapsWith(objects) {
  const maps = strides.map((stride) => {
    const cells = side / stride;
    const outputs = 64 + nc + coefficients;
    const data = new Float32Array(cells * cells * outputs);
    for (let i = 0; i < data.length; i++)
      data[i] = i % outputs >= 64 && i % outputs < 64 + nc ? -6 + normal() : normal();
    return { data, shape: [1, cells, cells, outputs] };
  });
  for (let i = 0; i < objects; i++) {
    const { data, shape } = maps[i % 3];
    const [, cells, , outputs] = shape;
    const cell = Math.floor(random() * cells * cells);
    const [sideCells] = [[3, 4, 5, 7][i % 4]];
    for (let k = 0; k < 4; k++) data[cell * outputs + 16 * k + sideCells] = 12;
    data[cell * outputs + 64 + (i % nc)] = 4;
  }
  return maps;
}

/** Waves of up to four periods along a side: as smooth as prototypes of trained models, whose masks have few parts. */
const quarter = side / 4;
const waves = Array.from({ length: coefficients }, () => [4 * random(), 4 * random(), 2 * Math.PI * random()]);
const prototypes = {
  data: Float32Array.from({ length: quarter * quarter * coefficients }, (_, i) => {
    const [across, down, phase] = waves[i % coefficients];
    const cell = Math.floor(i / coefficients);
    const [x, y] = [(cell % quarter) / quarter, Math.floor(cell / quarter) / quarter];
    return Math.cos(2 * Math.PI * (across * x + down * y) + phase);
  }),
  shape: [quarter, quarter, coefficients],
};

function median(task) {
  const times = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const start = performance.now();
    task();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

console.log("objects  boxes ms  masks ms  retina ms  polygons ms");
for (const objects of [1, 10, 50, 200]) {
  const maps = mapsWith(objects);
  const options = { conf: 0.25, iou: 0.7, maxDet: 300 };
  const detect = () => nonMaxSuppression(decodeMaps(maps, head, 0.25), options)[0];
  const { boxes, extras, count } = detect();
  const source = { prototypes, coefficients: extras, boxes };
  const inImage = { ...source, boxes: boxes.map((value) => value * 2) };
  const masks = inputMasks(source);
  const times = [
    detect,
    () => inputMasks(source),
    () => imageMasks(inImage, { width: 1280, height: 960 }),
    () => masks.patches.map((patch) => maskPolygon(patch)),
  ].map(median);
  console.log([String(count).padStart(7), ...times.map((ms) => ms.toFixed(2).padStart(9))].join(" "));
}
