import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDetections } from "@lookonce/geometry";
import { blankImage, cropImage, readImage } from "@lookonce/image";
import { parseZones } from "@lookonce/tracking";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ResultsWriter } from "../results/results-writer.ts";
import { Results, type ResultsContents } from "../results.ts";
import type { VideoInfo } from "../sources/source.ts";
import { motFrame, sequenceOf } from "./mot-lines.ts";
import { readTracker, readZones } from "./read-settings.ts";
import { ResultsTracker } from "./results-tracker.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-track-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const size = { width: 400, height: 200 };

/** A frame with boxes of 40 × 80 at these left edges, of class 1. */
function frame(lefts: readonly number[], more: Partial<ResultsContents> = {}): Results {
  return new Results({
    path: "clips/frames/a.png",
    image: blankImage(size, 120),
    boxes: makeDetections(
      lefts.flatMap((left) => [left, 20, left + 40, 100]),
      lefts.map(() => 0.9),
      lefts.map(() => 1),
    ),
    names: ["cat", "dog"],
    speed: { preprocess: 1, inference: 2, postprocess: 3 },
    inputSize: size,
    ...more,
  });
}

const clip = (path: string, more: Partial<VideoInfo> = {}): VideoInfo => ({
  ...{ path, ...size, rate: 10, live: false, stride: 1 },
  ...more,
});

describe("ResultsTracker", () => {
  it("replaces detections by tracks with identities, with what belongs to each", () => {
    const tracker = new ResultsTracker();
    tracker.track(frame([10, 200]));
    const result = tracker.track(
      frame([203, 12], { entries: { words: ["right", "left"], flags: Int32Array.of(1, 1, 2, 2), all: 7 } }),
    );
    expect([...(result.boxes.id ?? [])]).toEqual([1, 2]);
    expect(result.entries).toEqual({ words: ["left", "right"], flags: Int32Array.of(2, 2, 1, 1), all: 7 });
    expect(result.boxes.xyxy[0]).toBeGreaterThan(10);
    expect(result.boxes.xyxy[0]).toBeLessThan(12);
    expect(result.toJSON().boxes[1]).toMatchObject({ class: 1, name: "dog", id: 2 });
  });

  it("keeps plain detections where nothing is tracked, and boxes within the image", () => {
    const tracker = new ResultsTracker();
    expect(tracker.track(frame([])).boxes.id).toBeUndefined();
    const second = tracker.track(frame([100]));
    expect(second.boxes.count).toBe(1);
    expect(second.boxes.id).toBeUndefined();
    expect("id" in (second.toJSON().boxes[0] ?? {})).toBe(false);
    const walking = Array.from({ length: 20 }, (_, i) => tracker.track(frame([Math.max(-20, 100 - 8 * i)])));
    expect(walking.at(-1)?.boxes.xyxy[0]).toBe(0);
    expect([...(walking.at(-1)?.boxes.id ?? [])]).toEqual([1]);
  });

  it("starts anew with each video, unless identities persist", () => {
    const [one, two] = [clip("one.mp4"), clip("two.mp4")];
    const idsOf = (persist: boolean) => {
      const tracker = new ResultsTracker({ persist });
      tracker.track(frame([10, 200], { video: one, frame: 0 }));
      tracker.track(frame([10, 200], { video: one, frame: 1 }));
      return [...(tracker.track(frame([200], { video: two, frame: 0 })).boxes.id ?? [])];
    };
    expect(idsOf(false)).toEqual([1]);
    expect(idsOf(true)).toEqual([2]);
  });

  it("keeps identities over dropped frames, which it knows by their numbers and the stride", () => {
    const follow = (stride: number, numbers: readonly number[]) => {
      const video = clip("live", { live: true, stride });
      const tracker = new ResultsTracker();
      return numbers.map((n) => [...(tracker.track(frame([(12 * n) / stride], { video, frame: n })).boxes.id ?? [])]);
    };
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 19, 27];
    expect(follow(1, numbers)).toEqual(numbers.map(() => [1]));
    expect(
      follow(
        3,
        numbers.map((n) => 3 * n),
      ),
    ).toEqual(numbers.map(() => [1]));
  });

  it("goes on when frame numbers go back, as of a source that starts again", () => {
    const video = clip("live", { live: true });
    const tracker = new ResultsTracker();
    for (const n of [5, 6, 0, 1]) {
      expect([...(tracker.track(frame([10], { video, frame: n })).boxes.id ?? [])]).toEqual([1]);
    }
  });

  it("reports frames of another size, and scales tracks, trails, lines and zones along", () => {
    const notices: string[] = [];
    const tracker = new ResultsTracker({ zones, notify: (line) => notices.push(line) });
    const video = clip("live", { live: true });
    const half = { width: 200, height: 100 };
    for (let i = 0; i < 4; i++) tracker.track(frame([300], { video, frame: i }));
    const boxes = makeDetections([150, 10, 170, 50], [0.9], [1]);
    const result = tracker.track(frame([], { video, frame: 4, image: blankImage(half, 9), boxes }));
    expect([...(result.boxes.id ?? [])]).toEqual([1]);
    expect([...result.boxes.xyxy].map(Math.round)).toEqual([150, 10, 170, 50]);
    expect(result.trails[0]?.points.slice(-4).map(Math.round)).toEqual([160, 30, 160, 30]);
    expect(result.zones?.events).toEqual([]);
    expect(result.zones?.counts.zones).toEqual({ yard: { dog: 1 } });
    expect(result.zones?.marks[0]?.points).toEqual([100, 0, 100, 100]);
    expect([...(tracker.track(frame([300], { video, frame: 5 })).boxes.id ?? [])]).toEqual([1]);
    expect(notices).toEqual([
      "clips/frames/a.png: frames were 400 × 200, from now on 200 × 100; tracks, lines and zones are scaled along",
      expect.stringContaining("from now on 400 × 200"),
    ]);
  });

  it("predicts tracks over the time in which a camera sent nothing, and reports it", () => {
    const follow = (live: boolean, pause: number) => {
      const notices: string[] = [];
      const video = clip("rtsp://street", { live, rate: 10 });
      const tracker = new ResultsTracker({ notify: (line) => notices.push(line) });
      const at = (n: number, seconds: number) =>
        tracker.track(frame([12 * 10 * seconds], { video, frame: n, timestamp: seconds })).boxes.id?.join();
      for (let n = 0; n < 12; n++) at(n, n / 10);
      // The source numbers the frames that come, whatever time has passed
      return [at(12, 1.1 + pause), notices];
    };
    expect(follow(true, 0.1)).toEqual(["1", []]);
    expect(follow(true, 0.9)).toEqual([
      "1",
      ["clips/frames/a.png: no frame came for 0.9 s; tracks are predicted over that time"],
    ]);
    expect(follow(false, 0.9)).toEqual([undefined, []]);
    expect(follow(true, 60)).toEqual([
      undefined,
      [expect.stringContaining("no frame came for 60.0 s; longer than track_buffer, so all tracks end")],
    ]);
  });

  it("keeps identities while the camera moves, with BoT-SORT unless gmc_method is none", async () => {
    const photograph = await readImage(fileURLToPath(new URL("../../../export/images/coffee.jpg", import.meta.url)));
    const objects = [
      [230, 150],
      [300, 220],
    ] as const;
    const follow = (settings: object): boolean => {
      const tracker = new ResultsTracker({ settings });
      const ids = Array.from({ length: 6 }, (_, i) => {
        const [left, top] = i % 2 === 0 ? [100, 60] : [136, 44];
        const image = cropImage(photograph, { left, top, ...size });
        const corners = objects.flatMap(([x, y]) => [x - left - 10, y - top - 10, x - left + 10, y - top + 10]);
        const boxes = makeDetections(corners, [0.9, 0.9], [0, 1]);
        return tracker.track(frame([], { image, boxes })).boxes.id?.join();
      });
      return ids.every((id) => id === "1,2");
    };
    expect(follow({})).toBe(true);
    expect(follow({ gmc_method: "none" })).toBe(false);
    expect(follow({ tracker_type: "bytetrack" })).toBe(false);
  });

  it("reports methods of estimating the camera's motion that it does not have", () => {
    const notices: string[] = [];
    const notify = (line: string): number => notices.push(line);
    for (const gmc_method of ["orb", "none", "sparseOptFlow"] as const) {
      new ResultsTracker({ settings: { gmc_method }, notify });
      new ResultsTracker({ settings: { gmc_method, tracker_type: "bytetrack" }, notify });
    }
    expect(notices).toEqual([
      expect.stringContaining("gmc_method orb: the camera's motion is estimated by sparseOptFlow"),
    ]);
  });

  it("has trails of the last frames, of known objects only", () => {
    const tracker = new ResultsTracker({ trails: 3 });
    for (let i = 0; i < 5; i++) tracker.track(frame([10 + i]));
    const [trail] = tracker.track(frame([15])).trails;
    expect(trail?.id).toBe(1);
    expect(trail?.points.length).toBe(6);
    expect(trail?.points.at(-2)).toBeCloseTo(35, 0);
    expect(new ResultsTracker({ trails: 0 }).track(frame([10])).trails).toEqual([]);
  });

  it("draws identities and trails", async () => {
    const tracker = new ResultsTracker();
    for (let i = 0; i < 10; i++) tracker.track(frame([100 + 10 * i]));
    const result = tracker.track(frame([200]));
    const drawn = await result.plot();
    const gray = (x: number, y: number) => drawn.data[3 * (y * size.width + x)] === 120;
    // Left of the box only the trail is drawn
    expect(gray(150, 60)).toBe(false);
    expect(gray(150, 90)).toBe(true);
    const plain = await new Results({ ...result, trails: [] }).plot();
    expect(plain.data[3 * (60 * size.width + 150)]).toBe(120);
  });
});

const zones = parseZones(
  {
    lines: {
      "door, left": [
        [200, 0],
        [200, 200],
      ],
    },
    zones: {
      yard: [
        [220, 0],
        [390, 0],
        [390, 190],
      ],
    },
  },
  "z",
);

/** An object that walks to the right over the line at x = 200 into the yard. */
function walkIn(tracker: ResultsTracker): Results[] {
  return Array.from({ length: 20 }, (_, i) => tracker.track(frame([100 + 12 * i], { path: "=a.png", frame: i })));
}

describe("counting at lines and zones", () => {
  it("is in the results of the frames where it happens", () => {
    const results = walkIn(new ResultsTracker({ zones }));
    const plain = results.map((result) => result.toJSON());
    expect(plain.flatMap(({ events }) => events)).toEqual([
      { event: "out", at: "door, left", id: 1, class: 1, name: "dog", count: 1 },
      { event: "enter", at: "yard", id: 1, class: 1, name: "dog", count: 1 },
    ]);
    expect(plain.at(-1)?.counts).toEqual({
      lines: { "door, left": { in: {}, out: { dog: 1 } } },
      zones: { yard: { dog: 1 } },
    });
  });

  it("counts feet on the image's lower edge in zones that reach down to it", () => {
    const { width, height } = size;
    const content = {
      zones: {
        all: [
          [0, 0],
          [width, 0],
          [width, height],
          [0, height],
        ],
      },
      point: "bottom",
    };
    const tracker = new ResultsTracker({ zones: parseZones(content, "z") });
    const boxes = makeDetections([10, 20, 60, height, 200, 20, 260, height + 9], [0.9, 0.9], [0, 1]);
    expect(tracker.track(frame([], { boxes })).zones?.counts.zones).toEqual({ all: { cat: 1, dog: 1 } });
  });

  it("lets objects leave whose tracks ended over dropped frames", () => {
    const video = clip("live", { live: true });
    const tracker = new ResultsTracker({ zones });
    const counts = [0, 1000, 1001].map(
      (number) => tracker.track(frame([300], { video, frame: number })).zones?.counts.zones,
    );
    expect(counts[0]).toEqual({ yard: { dog: 1 } });
    expect(counts[2]).toEqual({ yard: { dog: 1 } });
  });

  it("is drawn with its counts", async () => {
    const [first, last] =
      [walkIn(new ResultsTracker({ zones, trails: 0 }))].map((all) => [all[0], all.at(-1)])[0] ?? [];
    expect(first?.zones?.marks.map(({ text }) => text)).toEqual(["door, left: in 0, out 0", "yard: 0"]);
    expect(last?.zones?.marks.map(({ text }) => text)).toEqual(["door, left: in 0, out 1", "yard: 1"]);
    const empty = new ResultsTracker({ zones }).track(frame([]));
    const { data } = await empty.plot();
    expect(data[3 * (150 * size.width + 200)]).not.toBe(120);
    expect(data[3 * (150 * size.width + 100)]).toBe(120);
  });

  it("is written as it happens, in CSV and in lines of JSON", async () => {
    const directory = join(folder, "events");
    const writer = new ResultsWriter(directory, { saveEvents: true });
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    const seen: number[] = [];
    for (const result of walkIn(new ResultsTracker({ zones }))) {
      await writer.add(result);
      seen.push(read("events.jsonl").split("\n").length - 1);
    }
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
    await writer.close();
    const rows = read("events.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows[0]).toMatchObject({ path: "=a.png", event: "out", at: "door, left", id: 1, name: "dog", count: 1 });
    const [header, row] = read("events.csv").split("\n");
    expect(header).toBe("path,frame,timestamp,event,at,id,class,name,count");
    expect(row).toBe(`'=a.png,${rows[0].frame},,out,"door, left",1,1,dog,1`);
  });

  it("keeps the counts of lines from video to video", () => {
    const tracker = new ResultsTracker({ zones });
    for (const video of [clip("one.mp4"), clip("two.mp4")]) {
      for (let i = 0; i < 20; i++) tracker.track(frame([100 + 12 * i], { video, frame: i }));
    }
    const { zones: counted } = tracker.track(frame([], { video: clip("three.mp4"), frame: 0 }));
    expect(counted?.counts).toEqual({ lines: { "door, left": { in: {}, out: { dog: 2 } } }, zones: { yard: {} } });
  });

  it("reads zones from a file, with the line of a mistake", async () => {
    const file = join(folder, "zones.yaml");
    writeFileSync(file, "lines:\n  door: [[0, 1], [2, 3]]\n  gate: [[0, 1]]\n");
    await expect(readZones(file)).rejects.toThrow(/zones\.yaml, line 3: the line gate must have two different points/);
    // Names may be words of the sentence
    writeFileSync(file, "lines:\n  in: [[0, 1], [2, 3]]\n  out: [[0, 1], [x, 3]]\n");
    await expect(readZones(file)).rejects.toThrow(/zones\.yaml, line 3: lines: out must be a list of points/);
    writeFileSync(file, "lines:\n  door: [[0, 1], [2, 3]]\n");
    expect(await readZones(file)).toMatchObject({
      lines: {
        door: [
          [0, 1],
          [2, 3],
        ],
      },
      zones: {},
      point: "center",
    });
  });
});

describe("tracks in MOTChallenge's form", () => {
  it("are a file for each video and folder", async () => {
    const directory = join(folder, "saved");
    const writer = new ResultsWriter(directory, { saveTracks: true });
    const tracker = new ResultsTracker();
    const video = clip("clips/one.mp4");
    for (const number of [0, 1]) {
      await writer.add(tracker.track(frame([10, 200], { name: "one.mp4", video, frame: number })));
    }
    for (const name of ["000007.png", "000008.png"]) {
      await writer.add(tracker.track(frame([50], { path: `clips/two/img1/${name}`, name })));
    }
    await writer.add(tracker.track(frame([], { path: "clips/three/a.png", name: "a.png" })));
    await writer.close();
    const lines = (name: string) => readFileSync(join(directory, "tracks", name), "utf8");
    expect(lines("one.txt").split("\n")).toEqual([
      "1,1,10.00,20.00,40.00,80.00,0.9000,-1,-1,-1",
      "1,2,200.00,20.00,40.00,80.00,0.9000,-1,-1,-1",
      "2,1,10.00,20.00,40.00,80.00,0.9000,-1,-1,-1",
      "2,2,200.00,20.00,40.00,80.00,0.9000,-1,-1,-1",
      "",
    ]);
    expect(
      lines("two.txt")
        .split("\n")
        .map((line) => line.slice(0, 4)),
    ).toEqual(["7,1,", "8,1,", ""]);
    expect(lines("three.txt")).toBe("");
  });

  it("are named after video or folder, and numbered from 1", () => {
    const named = (path: string, video?: VideoInfo) => sequenceOf({ path, name: "deeper/street.mp4", video });
    expect(named("/videos/street.mp4", clip("street.mp4"))).toBe("deeper/street");
    expect(named("MOT17/train/MOT17-02/img1/000001.jpg")).toBe("MOT17-02");
    expect(named("frames/a.png")).toBe("frames");
    expect(named("a.png")).toBe("images");
    expect(motFrame({ name: "a.png", frame: 4 }, 9)).toBe(5);
    expect(motFrame({ name: "x/000012.png", frame: undefined }, 9)).toBe(12);
    expect(motFrame({ name: "a.png", frame: undefined }, 9)).toBe(9);
  });
});

describe("readTracker", () => {
  it("knows the shipped files, and reads one of your own", async () => {
    expect(await readTracker("bytetrack.yaml")).toMatchObject({ tracker_type: "bytetrack", track_buffer: 30 });
    expect(await readTracker("botsort")).toMatchObject({ tracker_type: "botsort" });
    const file = join(folder, "own.yaml");
    writeFileSync(file, "tracker_type: bytetrack\ntrack_buffer: 60\ngmc_method: sparseOptFlow\nmodel: auto\n");
    expect(await readTracker(file)).toMatchObject({ tracker_type: "bytetrack", track_buffer: 60 });
  });

  it.each([
    [
      "tracker_type: bytetrack\ntrack_bufer: 60\n",
      /own\.yaml, line 2 has no option "track_bufer"\. Did you mean "track_buffer"/,
    ],
    ["track_high_thresh: 3\n", /own\.yaml, line 1: track_high_thresh must be a number from 0 to 1, not 3/],
    [
      "tracker_type: bytetrack\nwith_reid: true\n",
      /own\.yaml, line 2: with_reid matches by appearance, which bytetrack/,
    ],
    ["with_reid: true\nmodel: osnet.pt\n", /own\.yaml, line 2: model must be auto with with_reid, not "osnet\.pt"/],
    ["tracker_type: deepsort\n", /line 1: tracker_type must be one of bytetrack, botsort/],
  ])("refuses %j", async (text, message) => {
    const file = join(folder, "own.yaml");
    writeFileSync(file, text);
    await expect(readTracker(file)).rejects.toThrow(message);
  });

  it("names the shipped files where there is none", async () => {
    await expect(readTracker(join(folder, "none.yaml"))).rejects.toThrow("There are bytetrack.yaml and botsort.yaml");
  });
});
