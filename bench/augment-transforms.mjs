// Times each transform of colors and pixels on one 640 × 640 image, on one thread, against OpenCV where Python has it.
//
//     npm run build && node bench/augment-transforms.mjs [--image <file>] [--rounds 15]
//
// LOOKONCE_PYTHON names the Python that has opencv-python and numpy; `python3` when not set. Numbers are the shortest times.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const augment = await import(new URL("../packages/augment/dist/index.js", import.meta.url));
const { readImage, resizeBilinear } = await import(new URL("../packages/image/dist/index.js", import.meta.url));
const { Random } = await import(new URL("../packages/random/dist/index.js", import.meta.url));

const { values } = parseArgs({ options: { image: { type: "string" }, rounds: { type: "string", default: "15" } } });
const side = 640;
const rng = new Random("bench");

/** Waves with noise: soft, as photographs are, yet with no two pixels alike. */
function waves() {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % side;
    const y = Math.floor(i / 3 / side);
    return 128 + 100 * Math.sin(x / 60 + (i % 3) * 2 + Math.sin(y / 45)) + rng.integer(-5, 6);
  });
  return { data, width: side, height: side };
}

const image = values.image ? resizeBilinear(await readImage(values.image), { width: side, height: side }) : waves();
const boxes = Float32Array.from({ length: 80 }, (_, i) => (i % 4 < 2 ? 100 : 160) + 3 * i);
const sample = { image, boxes, classes: new Int32Array(20) };
const tables = augment.hsvTables({ hue: 0.01, saturation: 0.3, value: -0.2 });
const operations = {
  HSV: () => augment.applyHsv(image, tables),
  "channel swap": () => augment.swapChannels(image),
  gray: () => augment.toGray(image),
  gamma: () => augment.applyTable(image, augment.gammaTable(1.1)),
  "histogram equalization": () => augment.equalizeHistogram(image),
  "CLAHE, luma": () => augment.applyClahe(image, { space: "yuv" }),
  "CLAHE, Lab": () => augment.applyClahe(image),
  "blur 5": () => augment.boxBlur(image, 5),
  "median blur 5": () => augment.medianBlur(image, 5),
  "JPEG quality 75": () => augment.applyJpegLoss(image, 75),
  cutout: () => augment.applyCutout(sample, augment.drawCutout(image, rng)),
  replicate: () => augment.applyReplicas(sample, augment.drawReplicas(sample, rng)),
};

function timeHere() {
  const best = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, operation] of Object.entries(operations)) {
      const started = performance.now();
      operation();
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, performance.now() - started);
    }
  }
  return best;
}

function timePython() {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-bench-"));
  try {
    writeFileSync(join(folder, "image"), image.data);
    const script = fileURLToPath(new URL("python/augment_transforms.py", import.meta.url));
    const args = [script, join(folder, "image"), String(side), values.rounds];
    return JSON.parse(
      execFileSync(process.env.LOOKONCE_PYTHON ?? "python3", args, { encoding: "utf8", stdio: "pipe" }),
    );
  } catch {
    console.error("no Python with opencv-python and numpy: lookonce alone");
    return {};
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ours = timeHere();
const theirs = timePython();
console.table(
  Object.fromEntries(
    Object.entries(ours).map(([name, ms]) => [
      name,
      {
        "lookonce, ms": Number(ms.toFixed(2)),
        ...(theirs[name] && {
          "OpenCV, ms": Number(theirs[name].toFixed(2)),
          ratio: Number((ms / theirs[name]).toFixed(1)),
        }),
      },
    ]),
  ),
);
