// Draws a video of 30 shapes that cross and cover one another in 600 frames, tracks them with a detector that the quickstart
// trains, and compares identities, and counts at a line in the middle, with what was drawn. Its status is 1 where, by the
// settings that docs/tracking.md recommends for objects that differ in color, IDF1 is below 0.95 or a count is another.
//
//   npm run build && node scripts/track-shapes.mjs [--model WEIGHTS] [--frames 600] [--shapes 30] [--seed 0] [--output runs/track-shapes]
//
// Without --model, the quickstart trains one first: a minute or two on two cores.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateShapesVideo } from "@lookonce/data";
import { ResultsTracker } from "@lookonce/inference";
import { MotMetrics, parseMot, parseZones, totalOf, ZoneCounter } from "@lookonce/tracking";
import { runQuickstart } from "@lookonce/yolo/demos";
import { YOLO } from "lookonce";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    frames: { type: "string", default: "600" },
    shapes: { type: "string", default: "30" },
    seed: { type: "string", default: "0" },
    output: { type: "string", default: "runs/track-shapes" },
  },
});
const minIdf1 = 0.95;
const size = 960;
const middle = size / 2;
/** Pixels that are within the detector's accuracy: who goes less far beyond the line has not crossed it. */
const margin = 4;
/** A shape that is found under two classes is one; where shapes cover one another, boxes overlap. */
const detecting = { imgsz: size, conf: 0.1, iou: 0.5, agnosticNms: true };
const still = { tracker_type: "botsort", gmc_method: "none" };
const byColor = { ...still, with_reid: true, proximity_thresh: 0.1, appearance_thresh: 0.9 };

const { output } = values;
const weights = values.model ?? (await trained());
const video = await generateShapesVideo({
  ...{ directory: join(output, "video"), size, frames: Number(values.frames) },
  ...{ shapes: Number(values.shapes), seed: Number(values.seed) },
});
const truth = parseMot(readFileSync(video.truth, "utf8"), video.truth);
const drawn = countsOf(truth);
console.log(describeTruth(readFileSync(video.truth, "utf8")));
console.log(`drawn: ${textOf(drawn)}`);
const model = await YOLO.load(weights);
const started = performance.now();
const trackers = Object.entries({
  bytetrack: { tracker_type: "bytetrack" },
  botsort: still,
  "botsort by color": byColor,
}).map(([name, settings]) => ({
  name,
  tracker: new ResultsTracker({ settings, trails: 0 }),
  rows: { frames: [], ids: [], boxes: [] },
}));
let frame = 0;
for await (const result of model.stream(video.frames, detecting)) {
  frame++;
  for (const { tracker, rows } of trackers) {
    const { boxes } = tracker.track(result);
    if (boxes.id === undefined) continue;
    rows.frames.push(...Array.from(boxes.id, () => frame));
    rows.ids.push(...boxes.id);
    rows.boxes.push(...boxes.xyxy);
  }
}
await model.dispose();
console.log(`detected, and tracked thrice: ${((performance.now() - started) / frame).toFixed(0)} ms a frame`);
let failed = false;
for (const { name, rows } of trackers) {
  const found = {
    frames: Int32Array.from(rows.frames),
    ids: Int32Array.from(rows.ids),
    boxes: Float64Array.from(rows.boxes),
  };
  const metrics = new MotMetrics();
  metrics.add(truth, found);
  const { idf1, mota, hota, switches, fragmentations, misses, falsePositives } = metrics.result();
  const counted = countsOf(found);
  const reachesMarks = idf1 >= minIdf1 && textOf(counted) === textOf(drawn);
  failed ||= name === "botsort by color" && !reachesMarks;
  const scores = Object.entries({ idf1, mota, hota }).map(
    ([name, score]) => `${name.toUpperCase()} ${score.toFixed(4)}`,
  );
  const mistakes = `${switches} switches, ${fragmentations} fragmentations, ${misses} misses, ${falsePositives} false positives`;
  console.log(
    `${name}: ${scores.join(", ")}, ${mistakes}, ${textOf(counted)}: ${reachesMarks ? "reaches the marks" : "below the marks"}`,
  );
}
process.exitCode = failed ? 1 : 0;

async function trained() {
  const { directory, validation } = await runQuickstart({ directory: join(output, "quickstart") });
  console.log(`trained by the quickstart: mAP50 ${validation.map50.toFixed(3)}`);
  return join(directory, "train", "weights", "best.safetensors");
}

/** How many cross the line from the top to the bottom in the middle of the frames, each way. */
function countsOf({ frames, ids, boxes }) {
  const line = [
    [middle, 0],
    [middle, size],
  ];
  const counter = new ZoneCounter(parseZones({ lines: { middle: line }, margin }, "the line"), { maxUnseen: 32 });
  for (let start = 0; start < frames.length; ) {
    let end = start;
    while (frames[end] === frames[start]) end++;
    counter.update(
      {
        count: end - start,
        ids: ids.subarray(start, end),
        classes: new Int32Array(end - start),
        boxes: boxes.subarray(4 * start, 4 * end),
      },
      { frame: frames[start] },
    );
    start = end;
  }
  const { in: ins, out } = counter.counts.lines.middle;
  return { in: totalOf(ins), out: totalOf(out) };
}

/** What there is in the video: how many shapes are covered, how much of them and for how long. */
function describeTruth(text) {
  const seen = new Map();
  for (const line of text.trimEnd().split("\n")) {
    const row = line.split(",").map(Number);
    seen.set(row[1], [...(seen.get(row[1]) ?? []), row[8]]);
  }
  const boxes = [...seen.values()].flat();
  const lines = [0.9, 0.5, 0.2].map((share) => {
    const lengths = [...seen.values()].flatMap((shares) => runsBelow(shares, share)).sort((a, b) => a - b);
    const frames = lengths.reduce((total, length) => total + length, 0);
    const long = `${lengths[lengths.length >> 1] ?? 0} frames in the median, ${lengths.at(-1) ?? 0} at most`;
    return `  less than ${100 * share} % of a shape is seen ${lengths.length} times, ${long}, ${frames} boxes in all`;
  });
  return [`${seen.size} shapes, ${boxes.length} boxes in ${values.frames} frames`, ...lines].join("\n");
}

/** Lengths of the runs of values below a limit. */
function runsBelow(shares, limit) {
  const runs = [0];
  for (const share of shares) {
    if (share < limit) runs[runs.length - 1]++;
    else if (runs.at(-1) > 0) runs.push(0);
  }
  return runs.filter((length) => length > 0);
}

function textOf(counts) {
  return `${counts.in} in and ${counts.out} out`;
}
