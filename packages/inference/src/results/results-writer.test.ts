import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, type Image, readImage } from "@lookonce/image";
import { failWrites } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crop, Results, type ResultsContents } from "../results.ts";
import type { VideoInfo } from "../sources/source.ts";
import { describeFfmpeg } from "../sources/video/test-videos.ts";
import { ResultsWriter } from "./results-writer.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-results-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Two cats and something between them, in an image of 100 × 50. */
function results(more: Partial<ResultsContents> = {}): Results {
  return new Results({
    path: "photos/bus.jpg",
    image: blankImage({ width: 100, height: 50 }, 120),
    boxes: {
      boxes: Float32Array.of(10, 5, 30, 25, 40, 10, 60, 40, 80, 20, 100, 50),
      scores: Float32Array.of(0.9, 0.8, 0.5),
      classes: Int32Array.of(1, 0, 1),
      anchors: Int32Array.of(3, 4, 5),
      count: 3,
    },
    names: ["a/b: c", "cat"],
    speed: { preprocess: 1, inference: 2, postprocess: 3 },
    inputSize: { width: 128, height: 64 },
    ...more,
  });
}

const nothing = {
  boxes: new Float32Array(),
  scores: new Float32Array(),
  classes: new Int32Array(),
  anchors: new Int32Array(),
  count: 0,
};

function video(path: string, more: Partial<VideoInfo> = {}): VideoInfo {
  return { path, width: 100, height: 50, rate: 10, live: false, stride: 1, ...more };
}

const filesIn = (directory: string): string[] =>
  (readdirSync(directory, { recursive: true, withFileTypes: true }) as import("node:fs").Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();

describe("ResultsWriter", () => {
  it("writes results of many pixels before the next ones come", async () => {
    const directory = join(folder, "large");
    const writer = new ResultsWriter(directory, { saveTxt: true });
    // Label files need no pixels
    const image = { data: new Uint8Array(), width: 10_000, height: 10_000 };
    for (const name of ["a.png", "b.png"]) {
      await writer.add(results({ image, name }));
      expect(existsSync(join(directory, "labels", name.replace(".png", ".txt")))).toBe(true);
    }
    await writer.close();
  });
});

describe("Results", () => {
  it("has boxes in all forms as typed arrays", () => {
    const { boxes } = results();
    expect([...boxes.xyxy.slice(0, 4)]).toEqual([10, 5, 30, 25]);
    expect([...boxes.xywh.slice(0, 4)]).toEqual([20, 15, 20, 20]);
    expect([...boxes.xyxyn.slice(4, 8)].map((v) => Math.round(v * 1000) / 1000)).toEqual([0.4, 0.2, 0.6, 0.8]);
    expect([...boxes.xywhn.slice(4, 8)].map((v) => Math.round(v * 1000) / 1000)).toEqual([0.5, 0.5, 0.2, 0.6]);
    expect(boxes.conf).toBe(boxes.scores);
    expect(boxes.cls).toBe(boxes.classes);
    for (const form of [boxes.xyxy, boxes.xywh, boxes.xyxyn, boxes.xywhn]) expect(form).toBeInstanceOf(Float32Array);
  });

  it("says what was seen, and what files about it are called", () => {
    expect(results().describe()).toBe("1 a/b: c, 2 cats");
    expect(results({ boxes: nothing }).describe()).toBe("nothing");
    expect(results().stem).toBe("bus");
    expect(results({ name: "2024.05/a.b.png" }).stem).toBe("2024.05/a.b");
    expect(results({ frame: 12 }).stem).toBe("bus_000012");
    expect(results({ path: "rtsp://host/x?y=1" }).name).toBe("x_y=1");
  });

  it("has plain data, COCO rows and label lines", async () => {
    const plain = JSON.parse(JSON.stringify(results({ frame: 2, timestamp: 0.2 })));
    expect(plain).toMatchObject({ path: "photos/bus.jpg", frame: 2, timestamp: 0.2, width: 100, height: 50 });
    expect(plain.boxes[1]).toMatchObject({ x1: 40, y2: 40, class: 0, name: "a/b: c" });
    expect(results().toCOCO()[1]).toEqual({ image_id: "bus", category_id: 0, bbox: [40, 10, 20, 30], score: 0.8 });
    expect(results({ path: "000012.jpg" }).toCOCO({ categories: [7, 9] })[0]).toMatchObject({
      image_id: 12,
      category_id: 9,
    });
    const file = join(folder, "labels/one.txt");
    await results().saveTxt(file, { conf: true });
    expect(readFileSync(file, "utf8")).toBe("1 0.2 0.3 0.2 0.4 0.9\n0 0.5 0.5 0.2 0.6 0.8\n1 0.9 0.7 0.2 0.6 0.5\n");
    await results({ boxes: nothing }).saveTxt(file);
    expect(readFileSync(file, "utf8")).toBe("");
  });

  it("cuts detections out, with some of what is around", async () => {
    const files = await results().saveCrop(join(folder, "cut"));
    expect(files).toEqual(["cat/bus.jpg", "a_b_ c/bus.jpg", "cat/bus-2.jpg"].map((name) => join(folder, "cut", name)));
    const first = await readImage(files[0] as string);
    // 20 · 1.02 + 10, of which the top is beyond the image's edge
    expect([first.width, first.height]).toEqual([31, 30]);
  });
});

describe("crop", () => {
  const image: Image = {
    width: 4,
    height: 3,
    data: Uint8Array.from({ length: 36 }, (_, i) => i),
  };

  it("cuts exactly on request", () => {
    expect(crop(image, [1, 1, 3, 3], { gain: 1, pad: 0 })).toEqual({
      width: 2,
      height: 2,
      data: Uint8Array.of(15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32),
    });
  });

  it("keeps to the image and to a pixel at least", () => {
    expect(crop(image, [0, 0, 4, 3])).toEqual(image);
    expect(crop(image, [4, 3, 4, 3], { pad: 0 })).toMatchObject({ width: 1, height: 1 });
    expect(crop(image, [2, 1, 2, 1], { pad: 0 })).toMatchObject({ width: 1, height: 1 });
  });
});

describe("ResultsWriter", () => {
  it("writes what is asked for, in the folders that names say", async () => {
    const directory = join(folder, "all");
    const writer = new ResultsWriter(directory, { save: true, saveTxt: true, saveCrop: true, saveJson: true });
    for (const name of ["bus.png", "deeper/bus.bmp", "000007"]) await writer.add(results({ name }));
    await writer.add(results({ name: "empty.jpg", boxes: nothing }));
    await writer.close();
    expect(filesIn(directory).filter((file) => !file.startsWith("crops"))).toEqual([
      "000007.jpg",
      "bus.png",
      "deeper/bus.bmp.jpg",
      "empty.jpg",
      "labels/000007.txt",
      "labels/bus.txt",
      "labels/deeper/bus.txt",
      "predictions.json",
    ]);
    expect(filesIn(join(directory, "crops")).length).toBe(9);
    const rows = JSON.parse(readFileSync(join(directory, "predictions.json"), "utf8"));
    expect(rows.map((row: { image_id: unknown }) => row.image_id)).toEqual([
      "bus",
      "bus",
      "bus",
      "bus",
      "bus",
      "bus",
      7,
      7,
      7,
    ]);
  });

  it("makes no folder before there is a result, and leaves JSON whole without one", async () => {
    let made = 0;
    const open = async (): Promise<string> => {
      made++;
      return join(folder, "late");
    };
    await new ResultsWriter(open, { save: true, saveJson: true }).close();
    expect(made).toBe(0);
    const writer = new ResultsWriter(open, { saveJson: true });
    await writer.add(results({ boxes: nothing }));
    await writer.add(results({ boxes: nothing }));
    await writer.close();
    expect(made).toBe(1);
    expect(JSON.parse(readFileSync(join(folder, "late/predictions.json"), "utf8"))).toEqual([]);
  });

  it.each([
    [{ saveTxt: true }, "dog.txt"],
    [{ save: true }, "dog.jpg"],
    [{ saveCrop: true }, "dog.jpg"],
    [{ saveJson: true }, "predictions.json"],
  ] as const)("keeps what was written before the disk was full, whole: %o", async (options, name) => {
    const directory = mkdtempSync(join(folder, "full-"));
    const whole = mkdtempSync(join(folder, "whole-"));
    const reference = new ResultsWriter(whole, options);
    await reference.add(results());
    await reference.close();
    const writer = new ResultsWriter(directory, options);
    await writer.add(results());
    // Results are written side by side: the first one is waited for
    await expect.poll(() => filesIn(directory).length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const restore = failWrites("ENOSPC", name);
    const message = expect.stringMatching(
      new RegExp(`${name.replace(".", "\\.")}(\\.\\S+\\.partial)?: the disk is full \\(ENOSPC\\); make room`),
    );
    const work = (async (): Promise<void> => {
      await writer.add(results({ path: "photos/dog.jpg" }));
      await writer.close();
    })();
    await expect(work).rejects.toMatchObject({ code: "IO", message });
    restore();
    await writer.close().catch(() => {});
    expect(filesIn(directory)).toEqual(filesIn(whole));
    for (const file of filesIn(whole)) {
      expect(readFileSync(join(directory, file)).equals(readFileSync(join(whole, file)))).toBe(true);
    }
  });

  it("reports a video that fails while other files of its frame are written", async () => {
    const options = { save: true, saveCrop: true, saveTxt: true, ffmpeg: "no-such-ffmpeg" };
    const image = blankImage({ width: 3000, height: 2000 }, 120);
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const writer = new ResultsWriter(join(folder, "no-ffmpeg"), options);
    const work = (async (): Promise<void> => {
      await writer.add(results({ image, name: "clip.mp4", video: video("clip.mp4"), frame: 0 }));
      await writer.close();
    })();
    await expect(work).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("no-such-ffmpeg") });
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("reports what cannot be written, and what makes no sense", async () => {
    const directory = join(folder, "blocked");
    mkdirSync(directory);
    writeFileSync(join(directory, "labels"), "a file");
    const writer = new ResultsWriter(directory, { saveTxt: true });
    const writing = (async (): Promise<void> => {
      await writer.add(results());
      await writer.close();
    })();
    await expect(writing).rejects.toMatchObject({ code: "IO", message: expect.stringContaining("bus.txt") });
    expect(() => new ResultsWriter(directory, { saveConf: true })).toThrow(/saveConf .*: add saveTxt/);
  });
});

describeFfmpeg("ResultsWriter of videos", () => {
  const factsOf = (file: string): string =>
    execFileSync("ffprobe", [
      ...["-v", "error", "-select_streams", "v:0", "-count_frames"],
      ...["-show_entries", "stream=codec_name,width,height,avg_frame_rate,nb_read_frames", "-of", "csv=p=0", file],
    ])
      .toString()
      .trim();

  it("writes each in its pace, and its frames when asked", async () => {
    const directory = join(folder, "videos");
    const writer = new ResultsWriter(directory, { save: true, saveFrames: true, saveTxt: true });
    const [one, two] = [video("one.avi"), video("two.mp4", { width: 101, height: 51, stride: 2 })];
    for (let frame = 0; frame < 6; frame++) {
      await writer.add(results({ path: "one.avi", name: "one.avi", video: one, frame, timestamp: frame / 10 }));
    }
    const image = blankImage({ width: 101, height: 51 }, 30);
    for (const frame of [0, 2, 4]) await writer.add(results({ name: "in/two.mp4", video: two, frame, image }));
    await writer.close();
    // Players know H.264 of even sides only
    expect(factsOf(join(directory, "one.mp4"))).toMatch(/^(h264|mpeg4),100,50,10\/1,6$/);
    expect(factsOf(join(directory, "in/two.mp4"))).toMatch(/^(h264|mpeg4),102,52,5\/1,3$/);
    expect(filesIn(directory)).toEqual(
      [
        ...["000000", "000002", "000004"].map((number) => `in/two_frames/${number}.jpg`),
        "in/two.mp4",
        ...["000000", "000002", "000004"].map((number) => `labels/in/two_${number}.txt`),
        ...Array.from({ length: 6 }, (_, i) => `labels/one_00000${i}.txt`),
        "one.mp4",
        ...Array.from({ length: 6 }, (_, i) => `one_frames/00000${i}.jpg`),
      ].sort(),
    );
  });

  it("keeps the frames in order, scales those of another size, and numbers a video that comes again", async () => {
    const directory = join(folder, "again");
    const writer = new ResultsWriter(directory, { save: true });
    for (const info of [video("clip.mp4"), video("clip.mp4")]) {
      for (let frame = 0; frame < 8; frame++) {
        const size = frame === 3 ? { width: 60, height: 50 } : { width: 100, height: 50 };
        const image = blankImage(size, 20 + 25 * frame);
        await writer.add(results({ name: "clip.mp4", video: info, frame, image, boxes: nothing }));
      }
    }
    await writer.close();
    expect(filesIn(directory)).toEqual(["clip-2.mp4", "clip.mp4"]);
    const grays = execFileSync("ffmpeg", [
      ...["-v", "error", "-i", join(directory, "clip.mp4"), "-vf", "scale=1:1:flags=area"],
      ...["-pix_fmt", "gray", "-f", "rawvideo", "-"],
    ]);
    expect([...grays].map((gray) => Math.round((gray - 20) / 25) + 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("leaves no half video where ffmpeg is missing", async () => {
    const directory = join(folder, "missing");
    const writer = new ResultsWriter(directory, { save: true, ffmpeg: "no-such-ffmpeg" });
    const writing = (async (): Promise<void> => {
      await writer.add(results({ video: video("a.mp4"), frame: 0 }));
      await writer.close();
    })();
    await expect(writing).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("Install it") });
    expect(existsSync(directory)).toBe(false);
  });
});
