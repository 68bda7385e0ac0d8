import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDetections } from "@lookonce/geometry";
import { blankImage, writeImage } from "@lookonce/image";
import { Results } from "@lookonce/inference";
import { beforeAll, describe, expect, it } from "vitest";
import { type OpenedTracker, openTracker } from "./open-tracker.ts";
import { temporaryFolder, writeTinyModel } from "./test-model.ts";
import { valTrack } from "./val-track.ts";
import { YOLO } from "./yolo.ts";

const folder = temporaryFolder();
const tiny = writeTinyModel(folder);
const sequence = join(folder, "set/walk");
const images = join(sequence, "img1");
// A fresh network's scores are next to nothing
const tracker = { track_high_thresh: 1e-6, track_low_thresh: 0, new_track_thresh: 1e-6, fuse_score: false };
const options = { imgsz: 64, conf: 1e-6, maxDet: 3, tracker, project: join(folder, "runs") };

beforeAll(async () => {
  mkdirSync(images, { recursive: true });
  for (const name of ["000001.png", "000002.png", "000003.png"]) {
    await writeImage(join(images, name), blankImage({ width: 64, height: 48 }, 90));
  }
});

describe("YOLO.track", () => {
  it("keeps identities over the frames of a folder, and saves tracks that score as perfect against themselves", async () => {
    const model = await YOLO.load(tiny);
    const results = await model.track(images, { ...options, saveTxt: true, save: true });
    const ids = results.map(({ boxes }) => [...(boxes.id ?? [])]);
    expect(ids[0]?.length).toBe(3);
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
    expect(readdirSync(join(folder, "runs/track")).sort()).toEqual([
      "000001.png",
      "000002.png",
      "000003.png",
      "tracks",
    ]);
    const rows = readFileSync(join(folder, "runs/track/tracks/walk.txt"), "utf8");
    expect(rows.match(/^\d+,\d+/gm)).toEqual([1, 2, 3].flatMap((frame) => [1, 2, 3].map((id) => `${frame},${id}`)));

    mkdirSync(join(sequence, "gt"));
    writeFileSync(join(sequence, "gt/gt.txt"), rows);
    const { project: _, ...detecting } = options;
    const scored = await valTrack({ ...detecting, source: join(folder, "set"), model });
    expect(scored.sequences).toEqual([{ name: "walk", ...scored.all }]);
    expect(scored.all).toMatchObject({ mota: 1, idf1: 1, switches: 0, objects: 9 });
    const files = await valTrack({ source: sequence, tracks: join(folder, "runs/track/tracks") });
    expect(files.all).toMatchObject({ mota: 1, idf1: 1 });
    await model.dispose();
  });

  it("keeps identities from call to call with persist, and starts anew without", async () => {
    const model = await YOLO.load(tiny);
    const idsOf = async (persist: boolean) => {
      const [result] = await model.track(join(images, "000001.png"), { ...options, persist });
      return [...(result?.boxes.id ?? [])];
    };
    const first = await idsOf(true);
    expect(first).toEqual([1, 2, 3]);
    // A frame without detections, after which they are found again
    await model.track(join(images, "000001.png"), { ...options, conf: 1, persist: true });
    expect(await idsOf(true)).toEqual(first);
    expect(await idsOf(false)).toEqual([1, 2, 3]);
    await model.dispose();
  });

  it("keeps identities in the next video with persist, also after a call without", async () => {
    const size = { width: 64, height: 48 };
    const image = blankImage(size, 90);
    const speed = { preprocess: 0, inference: 0, postprocess: 0 };
    const idsIn = (path: string, { tracker: follow }: OpenedTracker, lefts: readonly number[]) => {
      const corners = lefts.flatMap((left) => [left, 10, left + 15, 40]);
      const boxes = makeDetections(corners, new Array(lefts.length).fill(0.9), new Array(lefts.length).fill(0));
      const video = { path, ...size, rate: 10, live: false, stride: 1 };
      const frame = new Results({ path, image, boxes, names: ["walker"], speed, inputSize: size, video, frame: 0 });
      return [...(follow.track(frame).boxes.id ?? [])];
    };
    const log = () => {};
    const first = await openTracker({}, { current: undefined, log });
    expect(idsIn("one.mp4", first.opened, [5, 40])).toEqual([1, 2]);
    const next = await openTracker({ persist: true }, { current: first.opened, log });
    expect(idsIn("two.mp4", next.opened, [40])).toEqual([2]);
  });

  it("refuses settings that no tracker has, before an image is opened", async () => {
    const model = await YOLO.load(tiny);
    await expect(model.track(images, { tracker: { match_thresh: 7 } })).rejects.toThrow("match_thresh must be");
    await expect(model.track(images, { tracker: "sort.yaml" })).rejects.toThrow(
      "There are bytetrack.yaml and botsort.yaml",
    );
    await model.dispose();
  });
});

describe("valTrack", () => {
  it("says what is missing", async () => {
    await expect(valTrack({ source: folder })).rejects.toThrow("needs a model to find them, or tracks=");
    await expect(valTrack({ source: join(folder, "runs"), tracks: folder })).rejects.toThrow("runs has no sequence");
    const lone = join(folder, "lone");
    mkdirSync(lone);
    writeFileSync(join(lone, "gt.txt"), "1,1,0,0,10,10,1\n");
    await expect(valTrack({ source: lone, tracks: folder })).rejects.toThrow(/lone\.txt.*save_txt of lookonce track/);
  });
});
