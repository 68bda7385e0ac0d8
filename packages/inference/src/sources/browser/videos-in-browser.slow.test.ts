import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image } from "@lookonce/image";
import { describeInBrowser, expectClose, type ModulePage, openModule } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../open-source.ts";
import { describeFfmpeg, makeVideo } from "../video/test-videos.ts";
import type * as browser from "./test-videos-in-browser.ts";
import { cornersOf } from "./test-videos-in-browser.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-videos-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base64 = (path: string): string => readFileSync(path).toString("base64");
const make = (name: string, codec: string, options: Parameters<typeof makeVideo>[1] = {}): string =>
  makeVideo(join(folder, name), { frames: 20, ...options, output: [...(options.output ?? []), "-c:v", codec] });

describeFfmpeg("videos in browsers", () => {
  describeInBrowser("in Chromium", () => {
    let page: ModulePage<typeof browser>;
    beforeAll(async () => {
      page = await openModule<typeof browser>(new URL("./test-videos-in-browser.ts", import.meta.url));
    });
    afterAll(() => page.close());

    const fileFrames = async (...given: Parameters<typeof browser.fileFrames>): Promise<browser.SeenFrame[]> => {
      const frames = await page.call("fileFrames", ...given);
      if (typeof frames === "string") throw new Error(frames);
      return frames;
    };

    it.each([
      ["vp8.webm", "libvpx"],
      ["vp9.webm", "libvpx-vp9"],
      ["h264.mp4", "libx264"],
      ["reordered.mkv", "libx264"],
    ])("%s: has the frames that it has in Node, in order, at their times", async (name, codec) => {
      const path = make(name, codec, { output: name.startsWith("re") ? ["-bf", "3"] : [] });
      const frames = await fileFrames(base64(path));
      let index = 0;
      for await (const { content, frame, timestamp, video } of await openSource(path)) {
        const { data, width, height } = content as Image;
        const there = frames[index++];
        expect([there?.frame, there?.size]).toEqual([frame, [width, height]]);
        expect(there?.timestamp).toBeCloseTo(timestamp as number, 3);
        expect(there?.video).toMatchObject({ width, height, rate: video?.rate, live: false, stride: 1, frames: 20 });
        const mean = data.reduce((sum, level) => sum + level, 0) / data.length;
        expect(Math.abs((there?.mean as number) - mean)).toBeLessThan(3);
      }
      expect([index, frames.length]).toEqual([20, 20]);
    });

    it("turns frames upright, and reads every third", async () => {
      const halves = ["-vf", "geq=lum='if(lt(X\\,W/2)\\,40\\,200)'"];
      const [plain, turned] = [make("plain.mp4", "libx264", { output: halves }), join(folder, "turned.mp4")];
      execFileSync("ffmpeg", ["-v", "error", "-y", "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned]);
      const frames = await fileFrames(base64(turned), { vidStride: 3 });
      expect(frames.map(({ frame }) => frame)).toEqual([0, 3, 6, 9, 12, 15, 18]);
      expect(frames[0]?.size).toEqual([48, 64]);
      for await (const { content } of await openSource(turned)) {
        const expected = cornersOf(content as Image);
        expect(expected[0]).not.toBe(expected[2]);
        expectClose(frames[0]?.corners ?? [], expected, { abs: 4 });
        break;
      }
      expect(frames[0]?.video).toMatchObject({ width: 48, height: 64, stride: 3 });
    });

    it("stops in the middle", async () => {
      expect(await fileFrames(base64(make("long.webm", "libvpx", { frames: 100 })), { most: 2 })).toHaveLength(2);
    });

    it("says what is wrong with a file, and what to do", async () => {
      const error = (...given: Parameters<typeof browser.fileFrames>): Promise<unknown> =>
        page.call("fileFrames", ...given);
      const webm = make("whole.webm", "libvpx");
      expect(await error(btoa("no video at all"))).toMatch(
        /^FORMAT: \/videos\/a.webm is no video that browsers can open/,
      );
      expect(await error(base64(make("old.mkv", "mpeg2video", { rate: 25 })))).toMatch(/^UNSUPPORTED: .*convert it/);
      expect(await page.call("withoutWebCodecs", base64(webm))).toMatch(/^UNSUPPORTED: .*WebCodecs/);
      const cut = readFileSync(webm).subarray(0, 600).toString("base64");
      expect(await error(cut)).toMatch(/^FORMAT: Cannot read \/videos\/a.webm as a video/);
    });

    describe("live frames", () => {
      it("of a camera are the newest: whoever is slow sees fewer, none of them twice", async () => {
        const { frames, isOn } = await page.call("cameraFrames", 5, 300);
        expect(isOn).toBe(true);
        const times = frames.map(({ timestamp }) => timestamp as number);
        for (let i = 1; i < times.length; i++) {
          expect((times[i] as number) - (times[i - 1] as number)).toBeGreaterThan(0.2);
        }
        expect(frames.map(({ frame }) => frame)).toEqual([0, 1, 2, 3, 4]);
        expect(frames[0]).toMatchObject({ size: [320, 240], video: { path: "front camera", live: true } });
      });

      it("of a video element end with it", async () => {
        const frames = await page.call(
          "elementFrames",
          base64(make("played.webm", "libvpx", { frames: 20, rate: 10 })),
        );
        expect(frames.length).toBeGreaterThan(10);
        const times = frames.map(({ timestamp }) => timestamp as number);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(frames.at(-1)?.mean).toBeGreaterThan(frames[0]?.mean as number);
      });

      it("end at once by a signal or when they are left", async () => {
        expect(await page.call("endings")).toEqual(["ended", "ended", "ended"]);
      });
    });
  });
});
