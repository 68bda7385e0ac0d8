import { describe, expect, it } from "vitest";
import { Tracker } from "./tracker.ts";
import type { TrackerInput } from "./tracker-input.ts";

/** Detections of boxes of 40 × 80 at these left top corners, with score 0.9 and class 0 unless given. */
function at(corners: readonly (readonly [x: number, y: number])[], given: Partial<TrackerInput> = {}): TrackerInput {
  return {
    boxes: corners.flatMap(([x, y]) => [x, y, x + 40, y + 80]),
    scores: corners.map(() => 0.9),
    classes: corners.map(() => 0),
    ...given,
  };
}

const nothing = at([]);

describe.each(["bytetrack", "botsort"] as const)("%s", (tracker_type) => {
  it("confirms what is in the first frame at once, later objects in their second frame", () => {
    const tracker = new Tracker({ tracker_type });
    expect([...tracker.update(at([[0, 0]])).ids]).toEqual([1]);
    expect([
      ...tracker.update(
        at([
          [0, 0],
          [200, 0],
        ]),
      ).ids,
    ]).toEqual([1]);
    expect([
      ...tracker.update(
        at([
          [0, 0],
          [200, 0],
        ]),
      ).ids,
    ]).toEqual([1, 2]);
  });

  it("finds an object again after frames without detections, within track_buffer", () => {
    const tracker = new Tracker({ tracker_type, track_buffer: 5 });
    tracker.update(at([[0, 0]]));
    for (let i = 0; i < 5; i++) expect(tracker.update(nothing).count).toBe(0);
    expect(tracker.state.lost).toEqual([1]);
    expect([...tracker.update(at([[0, 0]])).ids]).toEqual([1]);
    for (let i = 0; i < 8; i++) tracker.update(nothing);
    expect(tracker.state).toEqual({ tracked: [], unconfirmed: [], lost: [], removed: 1 });
    tracker.update(at([[0, 0]]));
    expect([...tracker.update(at([[0, 0]])).ids]).toEqual([2]);
  });

  it("assigns two detections of the same box an identity each, always the same", () => {
    const run = () => {
      const tracker = new Tracker({ tracker_type });
      return Array.from({ length: 6 }, (_, i) =>
        tracker
          .update(
            at([
              [i, 0],
              [i, 0],
            ]),
          )
          .ids.join(),
      );
    };
    expect(run()).toEqual(new Array(6).fill("1,2"));
    expect(run()).toEqual(run());
  });

  it("never tracks boxes and scores that are no numbers, or boxes without area", () => {
    const tracker = new Tracker({ tracker_type });
    const bad = [
      [Number.NaN, 0, 40, 80],
      [0, 0, Number.POSITIVE_INFINITY, 80],
      [0, 0, 40, 0],
      [40, 80, 0, 0],
    ];
    const boxes = [...bad.flat(), 100, 100, 140, 180, 300, 300, 340, 380];
    const scores = [0.9, 0.9, 0.9, 0.9, Number.NaN, 0.8];
    for (let i = 0; i < 4; i++) {
      const tracks = tracker.update({ boxes, scores, classes: [0, 0, 0, 0, 0, 3] });
      expect([...tracks.ids]).toEqual([1]);
      expect([...tracks.detections]).toEqual([5]);
      expect([...tracks.boxes].map(Math.round)).toEqual([300, 300, 340, 380]);
    }
    expect(tracker.state.removed).toBe(0);
  });

  it("survives the largest and smallest numbers", () => {
    const tracker = new Tracker({ tracker_type });
    for (let i = 0; i < 5; i++) {
      tracker.update({ boxes: [0, 0, 3e38, 1e-38, -3e38, -3e38, 3e38, 3e38], scores: [1, 1], classes: [0, 0] });
      expect(tracker.update(at([[0, 0]])).count).toBeLessThanOrEqual(3);
    }
  });

  it("keeps identities over missing frames when their number is passed", () => {
    const walk = (frame: number) => at([[12 * frame, 0]]);
    const follow = (numbered: boolean) => {
      const tracker = new Tracker({ tracker_type });
      for (let frame = 0; frame < 12; frame++) tracker.update(walk(frame), numbered ? { frame } : {});
      return [...tracker.update(walk(20), numbered ? { frame: 20 } : {}).ids];
    };
    expect(follow(true)).toEqual([1]);
    expect(follow(false)).toEqual([]);
  });

  it("ends all tracks where more frames are missing than a track may be lost for", () => {
    const tracker = new Tracker({ tracker_type });
    tracker.update(at([[0, 0]]), { frame: 7 });
    expect(tracker.update(at([[0, 0]]), { frame: 1e9 }).count).toBe(0);
    expect([...tracker.update(at([[0, 0]]), { frame: 1e9 + 1 }).ids]).toEqual([2]);
  });

  it("refuses time that goes back or stands still, and stays as it was", () => {
    const tracker = new Tracker({ tracker_type });
    tracker.update(at([[0, 0]]), { frame: 5 });
    for (const frame of [5, 4, 5.5, Number.NaN]) {
      expect(() => tracker.update(at([[0, 0]]), { frame })).toThrow(`whole one above 5, the last one, not ${frame}`);
    }
    expect([...tracker.update(at([[0, 0]]), { frame: 6 }).ids]).toEqual([1]);
    tracker.reset();
    expect([...tracker.update(at([[500, 0]]), { frame: 0 }).ids]).toEqual([1]);
  });

  it("lets the class follow the last detection", () => {
    const tracker = new Tracker({ tracker_type });
    tracker.update(
      at(
        [
          [0, 0],
          [200, 0],
        ],
        { classes: [2, 5] },
      ),
    );
    const { ids, classes } = tracker.update(
      at(
        [
          [200, 0],
          [0, 0],
        ],
        { classes: [5, 3] },
      ),
    );
    expect([...ids]).toEqual([1, 2]);
    expect([...classes]).toEqual([3, 5]);
  });
});

describe("Tracker", () => {
  it("applies warps for BoT-SORT: a camera that jumps loses nobody", () => {
    const follow = (tracker_type: "bytetrack" | "botsort", warp?: number[]) => {
      const tracker = new Tracker({ tracker_type });
      for (let i = 0; i < 5; i++) tracker.update(at([[300, 100]]));
      return [...tracker.update(at([[100, 150]]), warp === undefined ? {} : { warp }).ids];
    };
    const jump = [1, 0, -200, 0, 1, 50];
    expect(follow("botsort", jump)).toEqual([1]);
    expect(follow("botsort")).toEqual([]);
    expect(follow("bytetrack", jump)).toEqual([]);
  });

  it.each<[TrackerInput, string]>([
    [{ boxes: [1, 2, 3], scores: [1], classes: [0] }, "3 numbers in boxes, 1 scores, 1 classes"],
    [at([[0, 0]], { angles: [] }), "and 0 angles"],
    [at([[0, 0]], { angles: [0] }), "have angles, those before had none"],
  ])("refuses detections that do not fit", (input, message) => {
    const tracker = new Tracker();
    tracker.update(at([[0, 0]]));
    expect(() => tracker.update(input)).toThrow(message);
  });

  it("matches by appearance with with_reid: who turns around behind another keeps the identity", () => {
    const [red, blue] = [
      [1, 0.1, 0],
      [0, 0.1, 2],
    ];
    /** Two who walk toward one another, meet, where only one is seen, and go back. */
    const follow = (settings: object, unknown?: number): number[] => {
      const tracker = new Tracker({ track_buffer: 30, ...settings });
      let ids: number[] = [];
      for (let frame = 0; frame < 40; frame++) {
        const apart = Math.abs(frame - 20);
        const both = apart > 5;
        const places = both ? [[100 - apart, 0] as const, [100 + apart, 0] as const] : [[100, 0] as const];
        const looks = both ? [red, blue] : [red];
        if (frame === unknown) looks.fill([Number.NaN, 0, 0]);
        ids = [...tracker.update(at(places, { features: looks.flat() })).ids];
      }
      return ids;
    };
    const near = { proximity_thresh: 0.1 };
    expect(follow({ with_reid: true, ...near })).toEqual([1, 2]);
    // What is unknown for a frame does not count
    expect(follow({ with_reid: true, ...near }, 30)).toEqual([1, 2]);
    expect(follow(near)).not.toEqual([1, 2]);
  });

  it("needs features with with_reid, equally many numbers each", () => {
    const tracker = new Tracker({ with_reid: true });
    expect(() => tracker.update(at([[0, 0]]))).toThrow("these detections have no features. Pass features, such as");
    expect(tracker.update(nothing).count).toBe(0);
    expect(() =>
      tracker.update(
        at(
          [
            [0, 0],
            [90, 0],
          ],
          { features: [1, 2, 3] },
        ),
      ),
    ).toThrow("equally many numbers a detection, but there are 3 for 2 detections");
    tracker.update(at([[0, 0]], { features: [1, 2] }));
    expect(() => tracker.update(at([[0, 0]], { features: [1] }))).toThrow("are 2 numbers a detection, but there are 1");
  });

  it("refuses warps that are none", () => {
    const tracker = new Tracker();
    expect(() => tracker.update(nothing, { warp: [1, 0, 0] })).toThrow(
      "2 × 3 finite numbers, row by row, not [1, 0, 0]",
    );
    expect(() => tracker.update(nothing, { warp: [1, 0, 0, 0, 1, Number.NaN] })).toThrow("NaN");
  });

  it("refuses settings that it does not have", () => {
    const settings: object = { track_bufer: 3 };
    expect(() => new Tracker(settings)).toThrow(
      'the tracker has no option "track_bufer". Did you mean "track_buffer"?',
    );
    expect(() => new Tracker({ match_thresh: 2 })).toThrow("match_thresh must be a number from 0 to 1, not 2");
    expect(() => new Tracker({ tracker_type: "bytetrack", with_reid: true })).toThrow(
      "with_reid matches by appearance, which bytetrack does not do",
    );
    expect(() => new Tracker({ with_reid: true, model: "yolo11n-cls.pt" })).toThrow(
      'model must be auto with with_reid, not "yolo11n-cls.pt"',
    );
  });
});
