import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random } from "@lookonce/random";
import { expect, it } from "vitest";
import { Tracker } from "./tracker.ts";

it.each(["bytetrack", "botsort"] as const)("memory stays flat over 100,000 frames: %s", (tracker_type) => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const random = new Random(1);
  const tracker = new Tracker({ tracker_type });
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 1e6;
  };
  let early = 0;
  for (let frame = 0; frame < 100_000; frame++) {
    // Walkers that come and go, and false alarms, so that identities start and end all the time
    const corners = Array.from({ length: 12 }, (_, i) =>
      i < 8 ? [((frame + 90 * i) % 700) * 2, 100 * i] : [random.uniform(0, 1900), random.uniform(0, 1000)],
    ) as [number, number][];
    const seen = corners.filter(() => random.chance(0.9));
    tracker.update({
      boxes: seen.flatMap(([x, y]) => [x, y, x + 40, y + 80]),
      scores: seen.map(() => random.uniform(0.05, 1)),
      classes: seen.map(() => 0),
    });
    if (frame === 10_000) early = used();
  }
  expect(tracker.state.removed).toBeGreaterThan(50_000);
  expect(used() - early).toBeLessThan(2);
});
