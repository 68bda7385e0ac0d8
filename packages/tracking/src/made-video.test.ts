import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { MotMetrics } from "./mot/mot-metrics.ts";
import type { MotRows } from "./mot/mot-rows.ts";
import { Tracker } from "./tracker.ts";
import { parseZones } from "./zones/parse-zones.ts";
import { totalOf, ZoneCounter } from "./zones/zone-counter.ts";

const frames = 600;
const [width, height] = [1280, 720];

interface Walker {
  x: number;
  y: number;
  dx: number;
  dy: number;
  w: number;
  h: number;
}

/** A made video: 30 objects that cross one another and turn around at the edges; later ones are in front. */
function* walk(): Generator<readonly Walker[]> {
  const rng = new Random("made video");
  const walkers = Array.from({ length: 30 }, () => ({
    ...{ x: rng.uniform(60, width - 60), y: rng.uniform(60, height - 60) },
    ...{ dx: rng.uniform(-2.5, 2.5), dy: rng.uniform(-1.5, 1.5), w: rng.uniform(40, 70), h: rng.uniform(50, 90) },
  }));
  for (let frame = 0; frame < frames; frame++) {
    for (const one of walkers) {
      if (Math.abs(one.x + one.dx - width / 2) > width / 2 - 40) one.dx *= -1;
      if (Math.abs(one.y + one.dy - height / 2) > height / 2 - 45) one.dy *= -1;
      one.x += one.dx;
      one.y += one.dy;
    }
    yield walkers;
  }
}

function boxOf({ x, y, w, h }: Walker): [number, number, number, number] {
  return [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
}

/** The share of a walker that those in front of it hide, at most that of one of them. */
function hidden(walkers: readonly Walker[], index: number): number {
  const own = walkers[index]!;
  const [left, top, right, bottom] = boxOf(own);
  return Math.max(
    0,
    ...walkers.slice(index + 1).map((other) => {
      const [a, b, c, d] = boxOf(other);
      const [w, h] = [Math.min(right, c) - Math.max(left, a), Math.min(bottom, d) - Math.max(top, b)];
      return w > 0 && h > 0 ? (w * h) / (own.w * own.h) : 0;
    }),
  );
}

/** Tracks that know who is who. */
function identified(shown: readonly { one: Walker; id: number }[]) {
  return {
    count: shown.length,
    ids: Int32Array.from(shown, ({ id }) => id),
    classes: new Int32Array(shown.length),
    boxes: Float32Array.from(shown.flatMap(({ one }) => boxOf(one))),
  };
}

function rows(): { frames: number[]; ids: number[]; boxes: number[] } {
  return { frames: [], ids: [], boxes: [] };
}

function typed({ frames, ids, boxes }: ReturnType<typeof rows>): MotRows {
  return { frames: Int32Array.from(frames), ids: Int32Array.from(ids), boxes: Float64Array.from(boxes) };
}

describe.each(["bytetrack", "botsort"] as const)("a made video of 30 objects in 600 frames: %s", (tracker_type) => {
  it("is tracked with an IDF1 of 0.95 at least, and counts at a line only miss who was hidden for long", () => {
    const rng = new Random("detector");
    const tracker = new Tracker({ tracker_type });
    const zones = parseZones(
      {
        lines: {
          middle: [
            [width / 2, 0],
            [width / 2, height],
          ],
        },
      },
      "zones",
    );
    const [counter, truthCounter, keptCounter] = [
      new ZoneCounter(zones),
      new ZoneCounter(zones),
      new ZoneCounter(zones),
    ];
    const [truth, found] = [rows(), rows()];
    let frame = 0;
    for (const walkers of walk()) {
      frame++;
      const boxes = walkers.flatMap(boxOf);
      const ids = walkers.map((_, i) => i + 1);
      truth.frames.push(...ids.map(() => frame));
      truth.ids.push(...ids);
      truth.boxes.push(...boxes);
      truthCounter.update(identified(walkers.map((one, i) => ({ one, id: i + 1 }))));
      // The detector misses what is hidden, is unsure of what is hidden in part, and is a pixel off
      const seen = walkers
        .map((one, i) => ({ one, id: i + 1, share: hidden(walkers, i) }))
        .filter(({ share }) => share < 0.7);
      const kept = seen.filter(() => rng.chance(0.98));
      const tracks = tracker.update({
        boxes: kept.flatMap(({ one }) => boxOf(one).map((side) => side + rng.normal(0, 1))),
        scores: kept.map(({ share }) => Math.max(0.15, 0.95 - share)),
        classes: kept.map(() => 0),
      });
      counter.update(tracks);
      keptCounter.update(identified(kept));
      found.frames.push(...Array.from(tracks.ids, () => frame));
      found.ids.push(...tracks.ids);
      found.boxes.push(...tracks.boxes);
    }
    const metrics = new MotMetrics();
    metrics.add(typed(truth), typed(found));
    expect(metrics.result().idf1).toBeGreaterThanOrEqual(0.95);
    const counts = ({ counts: { lines } }: ZoneCounter) => [totalOf(lines.middle!.in), totalOf(lines.middle!.out)];
    expect(counts(truthCounter).every((count) => count > 3)).toBe(true);
    // Who is hidden for longer than tracks are kept gets another identity behind the line; all others are counted
    expect(counts(counter)).toEqual(counts(keptCounter));
    for (const [i, count] of counts(counter).entries())
      expect(Math.abs(count - counts(truthCounter)[i]!)).toBeLessThanOrEqual(1);
  });
});
