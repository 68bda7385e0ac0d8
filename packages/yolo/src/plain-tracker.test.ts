import { describe, expect, it } from "vitest";
import { createTracker, frameAppearance, frameMotion } from "./index.ts";
import type { PlainFound } from "./plain-tracker.ts";

const names = ["cup", "bowl"];

/** Boxes of 20 × 40 at these left edges; what else boxes have is theirs. */
function found(lefts: readonly number[], more: object = {}): PlainFound {
  const boxes = lefts.map((x1) => ({
    x1,
    y1: 20,
    x2: x1 + 20,
    y2: 60,
    confidence: 0.9,
    class: 1,
    name: "bowl",
    ...more,
  }));
  return { width: 200, height: 80, boxes };
}

describe("createTracker", () => {
  it("tracks what was found elsewhere: identities, filtered boxes, and whatever else the boxes have", async () => {
    const tracker = await createTracker({ trails: 2 });
    tracker.track(found([10, 100]), { names });
    const { frame, boxes, trails } = tracker.track(found([103, 12], { keypoints: { x: [1], y: [2] } }), { names });
    expect(frame).toBe(1);
    expect(boxes).toMatchObject([
      { id: 1, y1: 20, name: "bowl", confidence: 0.9, keypoints: { x: [1], y: [2] } },
      { id: 2, class: 1 },
    ]);
    expect(boxes[0]?.x1).toBeGreaterThan(10);
    expect(boxes[0]?.x1).toBeLessThan(12);
    expect(trails?.map(({ id, points }) => [id, points.length])).toEqual([
      [1, 4],
      [2, 4],
    ]);
    expect(tracker.kept).toBe(2);
  });

  it("keeps what was found where nothing is tracked, and boxes within the image", async () => {
    const tracker = await createTracker();
    expect(tracker.track(found([]), { names }).boxes).toEqual([]);
    const [box] = tracker.track(found([-10]), { names }).boxes;
    expect([box?.x1, box !== undefined && "id" in box]).toEqual([-10, false]);
    expect(tracker.track(found([-10]), { names }).boxes[0]).toMatchObject({ x1: 0, id: 1 });
  });

  it("counts at lines, under the names of classes", async () => {
    const gate = [
      [100, 0],
      [100, 80],
    ];
    const tracker = await createTracker({ zones: { lines: { gate } } });
    const events = [68, 76, 84, 92, 100].flatMap((x) => tracker.track(found([x]), { names }).events ?? []);
    expect(events).toEqual([{ event: "out", at: "gate", id: 1, class: 1, name: "bowl", count: 1 }]);
    expect(tracker.counts(names)).toEqual({ lines: { gate: { in: {}, out: { bowl: 1 } } }, zones: {} });
    expect((await createTracker()).counts(names)).toBeUndefined();
  });

  it("predicts over missing frames, and refuses time that goes back", async () => {
    const walk = async (last: number | undefined): Promise<number | undefined> => {
      const tracker = await createTracker();
      for (let i = 0; i < 8; i++) tracker.track(found([6 * i]), { names, frame: i });
      return tracker.track(found([6 * 16]), { names, frame: last }).boxes[0]?.id;
    };
    expect([await walk(16), await walk(undefined)]).toEqual([1, undefined]);
    const tracker = await createTracker();
    tracker.track(found([0]), { names, frame: 3 });
    for (const frame of [3, 2, 4.5]) {
      expect(() => tracker.track(found([0]), { names, frame })).toThrow(
        `above 3, the last one, not ${frame}: time does`,
      );
    }
    expect(tracker.track(found([0]), { names }).frame).toBe(4);
  });

  it("tracks oriented boxes with their angles", async () => {
    const tracker = await createTracker();
    const obb = { x: 50, y: 40, width: 40, height: 20, angle: 0.3, corners: [] };
    for (let i = 0; i < 3; i++) {
      const [box] = tracker.track(found([30], { obb: { ...obb, x: 50 + i } }), { names }).boxes;
      expect(box).toMatchObject({ id: 1, obb: { width: 40, height: 20 } });
      expect(box?.obb?.angle).toBeCloseTo(0.3, 5);
      expect(box?.obb?.corners).toHaveLength(4);
      // The upright box around it
      expect((box?.x2 ?? 0) - (box?.x1 ?? 0)).toBeCloseTo(40 * Math.cos(0.3) + 20 * Math.sin(0.3), 3);
    }
  });

  it("follows the camera with a given motion", async () => {
    const tracker = await createTracker({ tracker: { tracker_type: "botsort" } });
    expect(tracker.usesMotion).toBe(true);
    for (let i = 0; i < 3; i++) tracker.track(found([100]), { names });
    expect(tracker.track(found([30]), { names, warp: [1, 0, -70, 0, 1, 0] }).boxes[0]?.id).toBe(1);
    const image = { width: 60, height: 40, data: new Uint8Array(3 * 60 * 40) };
    const { gray, warp } = await frameMotion(image);
    expect([gray.width, gray.height, gray.scale, warp]).toEqual([60, 40, 1, undefined]);
    expect((await frameMotion(image, gray)).warp).toBeUndefined();
  });

  it("recognizes objects by given appearances", async () => {
    const tracker = await createTracker({ tracker: { with_reid: true } });
    expect(tracker.usesAppearance).toBe(true);
    const image = { width: 200, height: 80, data: new Uint8Array(3 * 200 * 80).fill(90) };
    const frame = found([10, 100]);
    const features = await frameAppearance(image, frame.boxes);
    for (const _ of [0, 1]) {
      expect(tracker.track(frame, { names, features }).boxes.map(({ id }) => id)).toEqual([1, 2]);
    }
    expect(() => tracker.track(frame, { names })).toThrow("these detections have no features");
  });

  it("refuses settings and zones that cannot be used", async () => {
    const settings: object = { tracker_type: "sort" };
    await expect(createTracker({ tracker: settings })).rejects.toThrow("must be one of bytetrack, botsort");
    await expect(createTracker({ zones: { lines: { a: [[0, 0]] } } })).rejects.toThrow(
      "zones: the line a must have two",
    );
  });
});
