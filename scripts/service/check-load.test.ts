import { describe, expect, it } from "vitest";
import { checkLoad } from "./check-load.mjs";

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const answers = count(120).map((i) => ({ at: 1000 * i, ms: 5, status: 200, text: "" }));

/** A run of two minutes without a fault; images are answered 10 times a second. */
function calmRun() {
  return {
    segments: [
      { kind: "calm", latencies: count(100).map((i) => 100 + i) },
      { kind: "many", latencies: count(100).map((i) => 110 + i) },
    ],
    foundAt: count(1200).map((i) => 100 * i),
    queue: 32,
    // One peak, as of a large image
    seen: {
      memory: count(120).map((i) => ({ at: 1000 * i, all: i === 100 ? 900 : 500 + (i % 7) })),
      health: answers,
      ready: answers,
      longest: 32,
    },
  };
}

describe("checkLoad", () => {
  it("finds nothing in a run without a fault", () => {
    const { faults, report } = checkLoad(calmRun());
    expect(faults).toEqual([]);
    expect(report).toMatchObject({
      delays: { calm: { images: 100, p95: 195, ratio: 1 }, many: { images: 100, p95: 205, ratio: 1.051 } },
      longestQueue: 32,
    });
  });

  it("finds that hostile clients delay the others", () => {
    const run = calmRun();
    run.segments[1] = { kind: "one", latencies: count(100).map((i) => 200 + i) };
    expect(checkLoad(run).faults).toEqual([
      expect.stringMatching(/^95 of 100 images took up to 0\.3 s .* 1\.51 times as long$/),
    ]);
  });

  it("finds that nothing was answered with hostile clients", () => {
    const run = calmRun();
    run.segments[1] = { kind: "one", latencies: [] };
    expect(checkLoad(run).faults).toHaveLength(1);
  });

  it("finds a queue that is too long", () => {
    const run = calmRun();
    run.seen.longest = 33;
    expect(checkLoad(run).faults).toEqual(["33 images waited at a time, where 32 may"]);
  });

  it("finds memory that grows", () => {
    const run = calmRun();
    run.seen.memory = count(120).map((i) => ({ at: 1000 * i, all: 500 + i }));
    expect(checkLoad(run).faults).toEqual(["memory grew by 59 MiB in the second half, at 590 MiB"]);
  });

  it("finds readiness that is not true, and a service that does not say that it lives", () => {
    const refused = { at: 60_000, ms: 5, status: 503, text: "No inference worker answers." };
    const run = calmRun();
    run.seen.health = [...answers, refused];
    run.seen.ready = [refused];
    expect(checkLoad(run).faults).toEqual([
      "/healthz said 503 after 60.0 s: No inference worker answers.",
      "/readyz said 503 after 60.0 s while images were answered: No inference worker answers.",
    ]);
    run.seen.health = answers;
    run.foundAt = [1000, 119_000];
    expect(checkLoad(run).faults).toEqual([]);
    run.seen.ready = [{ ...refused, status: 200 }];
    expect(checkLoad(run).faults).toEqual([expect.stringMatching(/^\/readyz said ready after 60\.0 s, but no image/)]);
  });
});
