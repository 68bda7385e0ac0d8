import { describe, expect, it } from "vitest";
import { parseZones } from "../zones/parse-zones.ts";
import { SequenceTracker } from "./sequence-tracker.ts";

const size = { width: 400, height: 200 };
const zones = parseZones(
  {
    zones: {
      yard: [
        [200, 0],
        [400, 0],
        [400, 200],
        [200, 200],
      ],
    },
  },
  "zones",
);

/** A detection of 40 × 80 around this place, as far as it is in the image; none where less than a quarter of it is. */
function around(x: number) {
  const [left, right] = [Math.max(0, x - 20), Math.min(size.width, x + 20)];
  return right - left < 10
    ? { boxes: [], scores: [], classes: [] }
    : { boxes: [left, 60, right, 140], scores: [0.9], classes: [0] };
}

describe.each(["bytetrack", "botsort"] as const)("zones of a sequence: %s", (tracker_type) => {
  /** The frames in which something happens to an object that is at these places, `undefined` where it is hidden. */
  function follow(places: readonly (number | undefined)[], turned = false) {
    const tracker = new SequenceTracker({ settings: { tracker_type }, zones });
    return places.flatMap((x, frame) => {
      const input = around(x ?? Number.NEGATIVE_INFINITY);
      const [left = 0, top = 0, right = 0, bottom = 0] = input.boxes;
      const boxes = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
      const rotated = { ...input, boxes: input.scores.length > 0 ? boxes : [], angles: input.scores.map(() => 0) };
      const { counted } = tracker.update(turned ? rotated : input, size);
      return (counted?.events ?? []).map(({ event }) => `${event} ${frame}`);
    });
  }

  it.each([false, true])("are left within a few frames by who walks out of the image (turned: %s)", (turned) => {
    const walk = Array.from({ length: 60 }, (_, i) => 300 + 5 * i);
    const [enter, leave, ...more] = follow(walk, turned);
    expect([enter, more]).toEqual(["enter 0", []]);
    // In frame 22 the last of it is seen
    const frame = Number(leave?.split(" ")[1]);
    expect(leave).toMatch(/^leave/);
    expect(frame).toBeGreaterThan(22);
    expect(frame).toBeLessThan(30);
  });

  it("keep who is hidden in the image until it is forgotten", () => {
    const hidden = Array.from({ length: 60 }, (_, i) => (i < 10 ? 300 : undefined));
    // track_buffer is 30; the tracker keeps a track for one frame more
    expect(follow(hidden)).toEqual(["enter 0", "leave 42"]);
    expect(follow(Array.from({ length: 60 }, (_, i) => (i < 10 || i > 35 ? 300 : undefined)))).toEqual(["enter 0"]);
  });
});
