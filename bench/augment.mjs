// Times YOLOv8's training pipeline here against the same one written with OpenCV and NumPy, turn by turn, and prints
// the ratio; without OpenCV, lookonce alone. Each runs on one thread; what counts is the processor's time.
//
//     npm run build && node bench/augment.mjs [--rounds 5] [--count 100] [--folder <JPEGs>]
//
// LOOKONCE_PYTHON names the Python that has cv2 and numpy; `python3` when not set. Without --folder, 24 images of
// 640 × 480 are made: soft ground, shapes and grain, about 180 KB each.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { blankImage, resizeBilinear, writeImage } = await import("../packages/image/dist/index.js");
const { Random } = await import("../packages/random/dist/index.js");

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    count: { type: "string", default: "100" },
    folder: { type: "string" },
  },
});
const python = process.env.LOOKONCE_PYTHON ?? "python3";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "lookonce-bench-"));

/** Noise at five sizes, the coarsest strongest, as the ground of natural images is. */
function ground(rng, size) {
  const sum = new Float32Array(size.width * size.height * 3).fill(128);
  for (const [side, strength] of [
    [4, 1],
    [12, 0.6],
    [40, 0.4],
    [160, 0.22],
    [480, 0.12],
  ]) {
    const coarse = blankImage({ width: Math.round((side * 4) / 3), height: side });
    coarse.data.forEach((_, i) => {
      coarse.data[i] = rng.integer(0, 256);
    });
    resizeBilinear(coarse, size).data.forEach((level, i) => {
      sum[i] += (level - 128) * strength;
    });
  }
  return sum;
}

async function makeImages() {
  const size = { width: 640, height: 480 };
  for (let n = 0; n < 24; n++) {
    const rng = new Random("bench").fork(n);
    const sum = ground(rng, size);
    for (let shape = 0; shape < 12; shape++) {
      const [x, y, r] = [rng.integer(0, 640), rng.integer(0, 480), rng.integer(10, 90)];
      const color = [0, 1, 2].map(() => rng.integer(-120, 120));
      for (let j = Math.max(0, y - r); j < Math.min(480, y + r); j++) {
        for (let i = Math.max(0, x - r); i < Math.min(640, x + r); i++) {
          if ((i - x) ** 2 + (j - y) ** 2 < r * r) for (let k = 0; k < 3; k++) sum[(j * 640 + i) * 3 + k] += color[k];
        }
      }
    }
    await writeImage(join(folder, `${n}.jpg`), { ...size, data: Uint8ClampedArray.from(sum) });
  }
}

function time(program, script) {
  const args = [here(script), "--folder", folder, "--count", values.count];
  const output = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(output.trim().split("\n").at(-1));
}

function hasOpenCv() {
  try {
    execFileSync(python, ["-c", "import cv2, numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

try {
  if (values.folder === undefined) await makeImages();
  const withOpenCv = hasOpenCv();
  if (!withOpenCv) console.log(`OpenCV is not installed for "${python}": no ratio (set LOOKONCE_PYTHON).`);
  const rounds = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const ours = time(process.execPath, "augment-pipeline.mjs");
    const theirs = withOpenCv ? time(python, "python/augment.py") : undefined;
    rounds.push({ ours: ours.imagesPerSecond, theirs: theirs?.imagesPerSecond, opencv: theirs?.opencv });
  }
  const ours = median(rounds.map((round) => round.ours)).toFixed(1);
  console.log(`${cpus()[0].model}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`);
  console.log("| work | lookonce, images a second and core | OpenCV | ratio (median of rounds) | range | mark |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  if (withOpenCv) {
    const ratios = rounds.map((round) => round.ours / round.theirs);
    const theirs = median(rounds.map((round) => round.theirs)).toFixed(1);
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    console.log(
      `| 4 decodes, mosaic 640, warp, HSV, flip | ${ours} | ${theirs} (${rounds[0].opencv}) | ${median(ratios).toFixed(2)} | ${range} | 1 |`,
    );
  } else console.log(`| 4 decodes, mosaic 640, warp, HSV, flip | ${ours} | – | – | – | 1 |`);
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}
