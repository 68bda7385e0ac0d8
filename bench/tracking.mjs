// Times the trackers on a frame of 100 boxes and 100 tracks, on one core, against Ultralytics' where Python has it; and the
// estimate of the camera's motion on a frame of 1920 × 1080.
//
//     npm run build && node bench/tracking.mjs [--objects 100] [--frames 300] [--rounds 3]
//
// LOOKONCE_PYTHON names the Python that has ultralytics; `python3` when not set. Numbers are medians over the frames of the
// best round; both sides track the same boxes, in turn.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readImage, resizeBilinear } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { estimateMotion, grayFrame, Tracker } from "@lookonce/tracking";

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "100" },
    frames: { type: "string", default: "300" },
    rounds: { type: "string", default: "3" },
  },
});

/** Walkers that turn around at the edges of 1920 × 1080, as rows of left, top, right, bottom, score, class. */
function walkers(objects, frames) {
  const rng = new Random("bench");
  const walking = Array.from({ length: objects }, () => ({
    ...{ x: rng.uniform(0, 1860), y: rng.uniform(0, 980) },
    ...{ dx: rng.uniform(-3, 3), dy: rng.uniform(-3, 3) },
  }));
  return Array.from({ length: frames }, () =>
    walking.map((one) => {
      if (one.x < 0 || one.x > 1860) one.dx *= -1;
      if (one.y < 0 || one.y > 980) one.dy *= -1;
      one.x += one.dx;
      one.y += one.dy;
      const [x, y] = [one.x + rng.uniform(-1, 1), one.y + rng.uniform(-1, 1)];
      return [x, y, x + 60, y + 100, rng.uniform(0.3, 1), 0];
    }),
  );
}

const sequence = walkers(Number(values.objects), Number(values.frames));
const kinds = ["bytetrack", "botsort"];

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

function timeHere(kind) {
  const tracker = new Tracker({ tracker_type: kind });
  const times = sequence.map((rows) => {
    const input = {
      boxes: rows.flatMap((row) => row.slice(0, 4)),
      scores: rows.map((row) => row[4]),
      classes: rows.map((row) => row[5]),
    };
    const started = performance.now();
    tracker.update(input);
    return performance.now() - started;
  });
  return median(times);
}

function timePython(folder) {
  const script = fileURLToPath(new URL("python/tracking.py", import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: "1", YOLO_VERBOSE: "false" };
  try {
    const python = process.env.LOOKONCE_PYTHON ?? "python3";
    const printed = execFileSync(python, [script, join(folder, "rows.json")], { encoding: "utf8", stdio: "pipe", env });
    return JSON.parse(printed.trim().split("\n").at(-1));
  } catch {
    return {};
  }
}

/** Milliseconds to make a frame gray and to estimate the motion since the last one; pans over a photograph. */
async function timeMotion() {
  const path = fileURLToPath(new URL("../packages/export/images/coffee.jpg", import.meta.url));
  const { data } = resizeBilinear(await readImage(path), { width: 2000, height: 1100 });
  const frames = [0, 7].map((left) => {
    const frame = { data: new Uint8Array(3 * 1920 * 1080), width: 1920, height: 1080 };
    for (let y = 0; y < 1080; y++) {
      const start = 3 * (y * 2000 + left);
      frame.data.set(data.subarray(start, start + 3 * 1920), 3 * 1920 * y);
    }
    return frame;
  });
  const times = { gray: [], motion: [] };
  let last = grayFrame(frames[1]);
  for (let i = 0; i < 40; i++) {
    const started = performance.now();
    const gray = grayFrame(frames[i % 2]);
    const made = performance.now();
    if (estimateMotion(last, gray) === undefined) throw new Error("the motion was not found");
    times.gray.push(made - started);
    times.motion.push(performance.now() - made);
    last = gray;
  }
  return `camera motion: ${median(times.gray).toFixed(1)} ms to make 1920 × 1080 gray, ${median(times.motion).toFixed(1)} ms to estimate`;
}

const folder = mkdtempSync(join(tmpdir(), "lookonce-bench-"));
try {
  writeFileSync(join(folder, "rows.json"), JSON.stringify(sequence));
  const best = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    const theirs = timePython(folder);
    for (const kind of kinds) {
      best[kind] ??= { here: Number.POSITIVE_INFINITY, there: Number.POSITIVE_INFINITY };
      best[kind].here = Math.min(best[kind].here, timeHere(kind));
      best[kind].there = Math.min(best[kind].there, theirs[kind] ?? Number.POSITIVE_INFINITY);
    }
  }
  for (const [kind, { here, there }] of Object.entries(best)) {
    const beside = Number.isFinite(there)
      ? `, Ultralytics ${there.toFixed(3)} ms, ${(there / here).toFixed(1)} times as long`
      : ", no Python with ultralytics";
    console.log(`${kind}: ${here.toFixed(3)} ms a frame of ${values.objects} boxes${beside}`);
  }
  console.log(await timeMotion());
} finally {
  rmSync(folder, { recursive: true });
}
