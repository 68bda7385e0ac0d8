import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../open-source.ts";
import type { OpenSourceOptions, Source, SourceItem } from "../source.ts";
import { resolveSourceOptions } from "../source.ts";
import { describeFfmpeg, makeVideo } from "./test-videos.ts";
import { videoFrames } from "./video-frames.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-videos-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Gathered {
  items: SourceItem[];
  notes: string[];
  count: number | undefined;
}

async function gather(source: Source, options: OpenSourceOptions = {}): Promise<Gathered> {
  const notes: string[] = [];
  const opened = await openSource(source, { notify: (line) => notes.push(line), ...options });
  const items: SourceItem[] = [];
  for await (const item of opened) items.push(item);
  return { items, notes, count: opened.count };
}

/** Which frame of a test video an image is, by its gray. */
function numberOf({ content }: SourceItem): number {
  const { data, width, height } = content as Image;
  const middle = data[(Math.floor(height / 2) * width + Math.floor(width / 2)) * 3] as number;
  return Math.round((middle - 20) / 8) + 0;
}

function faultOf(item: SourceItem | undefined): Promise<unknown> {
  if (typeof item?.content !== "function") throw new Error("there is no fault");
  return item.content();
}

/** Child processes of this one that run ffmpeg. */
function runningFfmpegs(): number {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.filter((pid) => {
    try {
      const [, name, state, parent] = /\((.*?)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      return name === "ffmpeg" && state !== "Z" && Number(parent) === process.pid;
    } catch {
      // It has just ended
      return false;
    }
  }).length;
}

describeFfmpeg("a video file", () => {
  if (process.platform === "linux") {
    afterEach(() => expect.poll(runningFfmpegs).toBe(0));
  }

  it("yields every frame once, with number and time", async () => {
    const path = makeVideo(join(folder, "ten.mp4"));
    const { items, count, notes } = await gather(path);
    expect(count).toBe(10);
    expect(items.map(numberOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(items.map(({ frame }) => frame)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    items.forEach(({ timestamp }, i) => {
      expect(timestamp).toBeCloseTo(i / 10, 3);
    });
    expect(items[0]).toMatchObject({ path, name: "ten.mp4", content: { width: 64, height: 48 } });
    expect(items[0]?.video).toEqual({ path, width: 64, height: 48, rate: 10, frames: 10, live: false, stride: 1 });
    expect(items.every(({ video }) => video === items[0]?.video)).toBe(true);
    expect(notes).toEqual([]);
  });

  it("is stepped through", async () => {
    const { items, count } = await gather(makeVideo(join(folder, "steps.mkv")), { vidStride: 4 });
    expect(count).toBe(3);
    expect(items.map(numberOf)).toEqual([0, 4, 8]);
    expect(items.map(({ frame, timestamp }) => [frame, timestamp])).toEqual([
      [0, 0],
      [4, 0.4],
      [8, 0.8],
    ]);
  });

  it("knows when frames are shown though they do not come evenly", async () => {
    const output = ["-vf", "setpts='if(gte(N,5),N+10,N)/10/TB'", "-fps_mode", "vfr"];
    const { items } = await gather(makeVideo(join(folder, "uneven.mkv"), { output }));
    const times = items.map(({ timestamp }) => Math.round((timestamp as number) * 10));
    expect(times).toEqual([0, 1, 2, 3, 4, 15, 16, 17, 18, 19]);
  });

  it("is turned upright", async () => {
    const flat = makeVideo(join(folder, "flat.mp4"));
    const turned = join(folder, "turned.mp4");
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", flat, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned]);
    const { items } = await gather(turned);
    expect(items[0]?.content).toMatchObject({ width: 48, height: 64 });
    expect(items[0]?.video).toMatchObject({ width: 48, height: 64 });
  });

  it("waits for its reader, and is let go when left", async () => {
    const path = makeVideo(join(folder, "long.mp4"), { frames: 60, rate: 20, size: "640x480" });
    const frames = videoFrames(
      { kind: "video", path, name: "long.mp4", input: ["-i", path], live: false },
      resolveSourceOptions({}),
    );
    const { value: first } = await frames.next();
    const before = process.memoryUsage().rss;
    await sleep(300);
    // All its frames would be 55 MB
    expect(process.memoryUsage().rss - before).toBeLessThan(30e6);
    const { value: second } = await frames.next();
    expect([first?.frame, second?.frame]).toEqual([0, 1]);
    await frames.return();
  });

  it("ends when the signal says so, without a fault", async () => {
    const controller = new AbortController();
    const source = await openSource(join(folder, "long.mp4"), { signal: controller.signal });
    let count = 0;
    for await (const _ of source) if (++count === 3) controller.abort();
    expect(count).toBe(3);
  });

  it("comes from a pipe, also with its index at the end", async () => {
    for (const [name, output] of [
      ["piped.mkv", []],
      ["piped.mp4", []],
      ["fast.mp4", ["-movflags", "+faststart"]],
    ] as const) {
      const path = makeVideo(join(folder, name), { output: [...output] });
      const { items } = await gather("-", { stdin: createReadStream(path, { highWaterMark: 1000 }) });
      expect([name, items.map(numberOf)]).toEqual([name, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
      expect(items[3]).toMatchObject({ path: "stdin", name: "stdin", frame: 3 });
      expect(items[0]?.video?.rate).toBe(10);
    }
  });

  it("may be cut off: what there is of it comes, with a word", async () => {
    const path = makeVideo(join(folder, "cut.ts"), { frames: 40, size: "320x240", output: ["-b:v", "800k"] });
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    const { items } = await gather(path);
    expect(items.length).toBeGreaterThan(3);
    expect(items.length).toBeLessThan(40);
  });

  it("of several that is none is passed over", async () => {
    const broken = join(folder, "broken.mp4");
    writeFileSync(broken, "no video");
    const { items, count } = await gather([broken, makeVideo(join(folder, "good.mp4"), { frames: 2 })]);
    expect(count).toBeUndefined();
    expect(items).toHaveLength(3);
    await expect(faultOf(items[0])).rejects.toThrow(/Cannot read .*broken\.mp4 as a video: /);
    expect(items.slice(1).map(numberOf)).toEqual([0, 1]);
  });

  it("that is none says so in ffmpeg's words", async () => {
    const broken = join(folder, "lonely.mp4");
    writeFileSync(broken, "no video");
    await expect(gather(broken)).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/lonely\.mp4 as a video: .*(moov|Invalid data)/),
    });
    execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=0.1", join(folder, "sound.mp4")]);
    await expect(gather(join(folder, "sound.mp4"))).rejects.toThrow(/there is no video in it/);
  });
});

describeFfmpeg("a video behind an address", () => {
  let server: Server;
  let origin = "";
  beforeAll(async () => {
    const path = makeVideo(join(folder, "served.mp4"), { output: ["-movflags", "+faststart"] });
    const jpeg = join(folder, "served.jpg");
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", path, "-frames:v", "1", jpeg]);
    server = createServer((request, response) => {
      if (request.url === "/mjpeg") {
        response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=next" });
        const timer = setInterval(() => {
          response.write("--next\r\nContent-Type: image/jpeg\r\n\r\n");
          response.write(readFileSync(jpeg));
          response.write("\r\n");
        }, 20);
        response.on("close", () => clearInterval(timer));
      } else if (request.url === "/silence.m3u8") return;
      else {
        response.writeHead(200, { "content-type": "video/mp4" });
        createReadStream(path).pipe(response);
      }
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is read by ffmpeg", async () => {
    const { items, count } = await gather(`${origin}/served.mp4`);
    expect([count, items.length, items[0]?.name]).toEqual([10, 10, "served.mp4"]);
  });

  it("is known by its type where its name says nothing; that of a camera never ends", async () => {
    const opened = await openSource(`${origin}/mjpeg`);
    const seen: SourceItem[] = [];
    for await (const item of opened) {
      seen.push(item);
      if (seen.length === 3) break;
    }
    expect(seen.map(({ video }) => video?.live)).toEqual([true, true, true]);
    expect(seen[0]?.content).toMatchObject({ width: 64, height: 48 });
  });

  it("is given up when it sends nothing", async () => {
    const { items } = await gather(`${origin}/silence.m3u8`, { timeout: 0.5 });
    await expect(faultOf(items[0])).rejects.toThrow(/sent no frame for 0\.5 s/);
  });
});

describeFfmpeg("a live video", () => {
  /** Ten frames a second, as a camera sends them. */
  const camera = {
    kind: "video" as const,
    path: "camera 0",
    name: "camera-0",
    input: ["-re", "-f", "lavfi", "-i", "testsrc=s=64x48:r=50:d=1"],
    live: true,
  };

  async function watch(options: OpenSourceOptions): Promise<number[]> {
    const frames: number[] = [];
    for await (const { frame } of videoFrames(camera, resolveSourceOptions(options))) {
      frames.push(frame as number);
      if (frames.length < 4) await sleep(150);
      else break;
    }
    return frames;
  }

  it("yields the newest frame, passing over those that came while nobody was reading", async () => {
    const frames = await watch({});
    expect(frames).toHaveLength(4);
    expect((frames[3] as number) - (frames[1] as number)).toBeGreaterThan(6);
  });

  it("is left at once, though no frame comes", async () => {
    const stalled = { ...camera, input: ["-re", "-f", "lavfi", "-i", "testsrc=s=64x48:r=0.01:d=1000"] };
    const controller = new AbortController();
    const waiting = videoFrames(stalled, resolveSourceOptions({ signal: controller.signal }));
    await waiting.next();
    // The next frame is due in 100 s
    const next = waiting.next();
    controller.abort();
    expect((await next).done).toBe(true);
  });

  it("yields every frame on request", async () => {
    expect(await watch({ streamBuffer: true })).toEqual([0, 1, 2, 3]);
  });
});

describe("without ffmpeg", () => {
  it("says what to install", async () => {
    const path = join(folder, "any.mp4");
    writeFileSync(path, "x");
    const error = await gather(path, { ffmpeg: "no-such-ffmpeg" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LookonceError);
    expect((error as LookonceError).code).toBe("NOT_FOUND");
    expect((error as LookonceError).message).toMatch(/no no-such-ffprobe on the PATH\. Install it: apt install ffmpeg/);
  });
});
