import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateShapesVideo } from "@lookonce/data";
import { makeDetections } from "@lookonce/geometry";
import { readImage } from "@lookonce/image";
import { Results, ResultsTracker } from "@lookonce/inference";
import { Random } from "@lookonce/random";
import { MotMetrics, type MotRows, parseMot, parseZones, totalOf, ZoneCounter } from "@lookonce/tracking";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "lookonce-track-shapes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const size = 480;

/** How many cross the line from the top to the bottom in the middle, each way. */
function countsOf({ frames, ids, boxes }: MotRows): number[] {
  const middle = [
    [size / 2, 0],
    [size / 2, size],
  ];
  const counter = new ZoneCounter(parseZones({ lines: { middle }, margin: 4 }, "the line"), { maxUnseen: 32 });
  for (let start = 0; start < frames.length; ) {
    let end = start;
    while (frames[end] === frames[start]) end++;
    const [count, classes] = [end - start, new Int32Array(end - start)];
    const rows = Float32Array.from(boxes.subarray(4 * start, 4 * end));
    counter.update({ count, ids: ids.subarray(start, end), classes, boxes: rows }, { frame: frames[start] as number });
    start = end;
  }
  const { in: ins = {}, out = {} } = counter.counts.lines.middle ?? {};
  return [totalOf(ins), totalOf(out)];
}

describe("a drawn video of shapes that cross and cover one another", () => {
  it("is tracked by color with an IDF1 of 0.95, and counted at a line as drawn, by a detector that misses what is covered", async () => {
    const { frames, truth: file } = await generateShapesVideo({
      directory: folder,
      size,
      frames: 150,
      shapes: 16,
      seed: 4,
    });
    const text = readFileSync(file, "utf8");
    const truth = parseMot(text, file);
    const rows = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(",").map(Number));
    // Shapes vanish behind others for a while
    expect(rows.filter(([, , , , , , , , seen = 1]) => seen < 0.6).length).toBeGreaterThan(50);
    const rng = new Random("detector");
    const still = { gmc_method: "none" } as const;
    const byColor = { ...still, with_reid: true, proximity_thresh: 0.1, appearance_thresh: 0.9 };
    const trackers = [byColor, still].map((settings) => ({
      tracker: new ResultsTracker({ settings, trails: 0 }),
      found: { frames: [] as number[], ids: [] as number[], boxes: [] as number[] },
    }));
    for (const [i, name] of readdirSync(frames).sort().entries()) {
      // What is covered is missed, what is seen in part is unsure, and now and then a shape is missed
      const seen = rows.filter(
        ([frame, , , , , , , , share = 1]) => frame === i + 1 && share >= 0.6 && rng.chance(0.97),
      );
      const result = new Results({
        path: join(frames, name),
        image: await readImage(join(frames, name)),
        boxes: makeDetections(
          seen.flatMap(([, , x = 0, y = 0, w = 0, h = 0]) =>
            [x, y, x + w, y + h].map((side) => side + rng.normal(0, 1)),
          ),
          seen.map(([, , , , , , , , share = 1]) => 0.9 * share),
          seen.map(([, , , , , , , label = 1]) => label - 1),
        ),
        names: ["circle", "square", "triangle", "star", "cross"],
        speed: { preprocess: 0, inference: 0, postprocess: 0 },
        inputSize: { width: size, height: size },
      });
      for (const { tracker, found } of trackers) {
        const { boxes } = tracker.track(result);
        for (const id of boxes.id ?? []) {
          found.frames.push(i + 1);
          found.ids.push(id);
        }
        if (boxes.id !== undefined) found.boxes.push(...boxes.xyxy);
      }
    }
    const [colored, plain] = trackers.map(({ found }) => {
      const tracked = {
        frames: Int32Array.from(found.frames),
        ids: Int32Array.from(found.ids),
        boxes: Float64Array.from(found.boxes),
      };
      const metrics = new MotMetrics();
      metrics.add(truth, tracked);
      return { ...metrics.result(), counts: countsOf(tracked) };
    });
    expect(colored?.idf1).toBeGreaterThanOrEqual(0.95);
    expect(colored?.counts).toEqual(countsOf(truth));
    expect(countsOf(truth).reduce((sum, count) => sum + count)).toBeGreaterThan(4);
    // By their places alone shapes behind others lose their identities
    expect(plain?.idf1).toBeLessThan((colored?.idf1 ?? 0) - 0.02);
  });
});
