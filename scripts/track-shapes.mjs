// Draws a video of 30 shapes that cross and cover one another in 600 frames, tracks them with a detector that the quickstart
// trains, and compares identities, and counts at a line in the middle, with what was drawn. Its status is 1 where IDF1 is
// below 0.95 or a count is another.
//
//   npm run build && node scripts/track-shapes.mjs [--model WEIGHTS] [--frames 600] [--shapes 30] [--seed 0] [--output runs/track-shapes]
//
// Without --model, the quickstart trains one first: a minute or two on two cores.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateShapesVideo } from "@lookonce/data";
import { MotMetrics, parseMot, parseZones, totalOf, ZoneCounter } from "@lookonce/tracking";
import { YOLO } from "lookonce";
import { runQuickstart } from "lookonce/demos";

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
const size = 640;
const middle = size / 2;

const { output } = values;
const weights = values.model ?? (await trained());
const video = await generateShapesVideo({
  ...{ directory: join(output, "video"), size, frames: Number(values.frames) },
  ...{ shapes: Number(values.shapes), seed: Number(values.seed) },
});
const truth = parseMot(readFileSync(video.truth, "utf8"), video.truth);
const drawn = countsOf(truth);
console.log(`drawn: ${truth.frames.length} boxes in ${values.frames} frames, ${textOf(drawn)}`);
const model = await YOLO.load(weights);
let failed = false;
for (const tracker of ["bytetrack.yaml", "botsort.yaml"]) {
  const started = performance.now();
  const found = await track(tracker);
  const metrics = new MotMetrics();
  metrics.add(truth, found);
  const { idf1, mota, hota, switches, fragmentations } = metrics.result();
  const counted = countsOf(found);
  const isRight = idf1 >= minIdf1 && textOf(counted) === textOf(drawn);
  failed ||= !isRight;
  const scores = Object.entries({ idf1, mota, hota }).map(
    ([name, score]) => `${name.toUpperCase()} ${score.toFixed(4)}`,
  );
  const rest = `${switches} switches, ${fragmentations} fragmentations, ${textOf(counted)}`;
  const pace = ((performance.now() - started) / Number(values.frames)).toFixed(0);
  console.log(`${tracker}: ${scores.join(", ")}, ${rest}; ${pace} ms a frame: ${isRight ? "right" : "WRONG"}`);
}
await model.dispose();
process.exitCode = failed ? 1 : 0;

async function trained() {
  const { directory, validation } = await runQuickstart({ directory: join(output, "quickstart") });
  console.log(`trained by the quickstart: mAP50 ${validation.map50.toFixed(3)}`);
  return join(directory, "train", "weights", "best.safetensors");
}

/** Rows of MOTChallenge's form, as a tracker finds them. */
async function track(tracker) {
  const rows = { frames: [], ids: [], boxes: [] };
  let frame = 0;
  for await (const { boxes } of model.trackStream(video.frames, { tracker, imgsz: size, trails: 0 })) {
    frame++;
    if (boxes.id === undefined) continue;
    rows.frames.push(...Array.from(boxes.id, () => frame));
    rows.ids.push(...boxes.id);
    rows.boxes.push(...boxes.xyxy);
  }
  return {
    frames: Int32Array.from(rows.frames),
    ids: Int32Array.from(rows.ids),
    boxes: Float64Array.from(rows.boxes),
  };
}

/** How many cross the line from the top to the bottom in the middle of the frames, each way. */
function countsOf({ frames, ids, boxes }) {
  const line = [
    [middle, 0],
    [middle, size],
  ];
  const counter = new ZoneCounter(parseZones({ lines: { middle: line } }, "the line"), { maxUnseen: 32 });
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

function textOf(counts) {
  return `${counts.in} in and ${counts.out} out`;
}
