import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../open-source.ts";
import type { OpenSourceOptions, Source, SourceItem } from "../source.ts";
import { describeFfmpeg, makeVideo } from "./test-videos.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-hostile-video-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

async function gather(source: Source, options?: OpenSourceOptions): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of await openSource(source, options)) {
    if (typeof item.content === "function") await item.content();
    items.push(item);
  }
  return items;
}

/** What went wrong, or the number of frames. */
async function outcome(source: Source, options?: OpenSourceOptions): Promise<string> {
  return gather(source, options).then(
    ({ length }) => `${length} frames`,
    (error: Error) => error.message,
  );
}

let requests: string[] = [];
let answer: RequestListener = (_, response) => void response.end();
const server = createServer((request, response) => {
  requests.push(request.url ?? "");
  answer(request, response);
});
let origin = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  requests = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const playlist = (...segments: string[]): string =>
  ["#EXTM3U", "#EXT-X-TARGETDURATION:10", ...segments.map((at) => `#EXTINF:1,\n${at}`), "#EXT-X-ENDLIST\n"].join("\n");

describeFfmpeg("a file that refers to others", () => {
  beforeAll(() => {
    mkdirSync(at("inner"));
    makeVideo(at("secret.ts"), { frames: 3 });
    makeVideo(at("inner/own.ts"), { size: "320x240" });
  });

  it.each([
    ["a playlist", () => playlist(`${origin}/x.ts`)],
    ["a playlist of files", () => playlist("own.ts")],
    ["a list to join", () => "ffconcat version 1.0\nfile own.ts\n"],
    [
      "a description of a session",
      () => "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5555 RTP/AVP 96\n",
    ],
  ])("is refused as a video, and in a stream: %s", async (_, text) => {
    writeFileSync(at("inner/fake.mp4"), text());
    const refused = /^Cannot read .* as a video: it is a playlist, which may refer to other places/;
    expect(await outcome(at("inner/fake.mp4"))).toMatch(refused);
    expect(await outcome(Readable.from([Buffer.from(text())]))).toMatch(refused);
    expect(requests).toEqual([]);
  });

  it.each([
    [() => playlist(`${origin}/x.ts`), "http://"],
    [() => playlist("own.ts", "../secret.ts"), "../secret.ts"],
    [() => playlist(at("secret.ts")), at("secret.ts")],
    [() => playlist("concat:own.ts|/etc/passwd"), "concat:own.ts"],
    [() => `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"\n#EXTINF:1,\nown.ts\n`, "file:///etc/passwd"],
    [() => "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnested.m3u8\n", "/elsewhere.ts"],
  ])("is refused as a playlist when they are elsewhere: %#", async (text, place) => {
    writeFileSync(at("inner/nested.m3u8"), playlist("/elsewhere.ts"));
    writeFileSync(at("inner/list.m3u8"), text());
    const message = await outcome(at("inner/list.m3u8"));
    expect(message).toContain(`refers to ${place}`);
    expect(message).toMatch(/a playlist in a file may refer to its own folder only\.$/);
    expect(requests).toEqual([]);
  });

  it("is read as a playlist of its own folder", async () => {
    writeFileSync(at("inner/list.m3u8"), playlist("own.ts"));
    expect(await outcome(at("inner/list.m3u8"))).toBe("10 frames");
    writeFileSync(at("inner/list.mpd"), "<MPD/>");
    expect(await outcome(at("inner/list.mpd"))).toMatch(/is no HLS playlist: pass the video itself/);
  });

  it("opens no file of this machine when it comes from another", async () => {
    answer = (_, response) => void response.end(playlist(`file://${at("secret.ts")}`));
    expect(await outcome(`${origin}/list.m3u8`)).toMatch(/refers to another place, by file:, which is not opened/);
    expect(await outcome(`${origin}/list.mp4`)).toMatch(/refers to another place, by file:, which is not opened/);
    answer = ({ url }, response) => {
      response.end(url === "/list.m3u8" ? playlist("own.ts") : readFileSync(at("inner/own.ts")));
    };
    expect(await outcome(`${origin}/list.m3u8`)).toBe("10 frames");
  });
});

describeFfmpeg("a video file", () => {
  it("may have any name", async () => {
    const video = readFileSync(makeVideo(at("plain.mkv"), { frames: 2 }));
    const names = ["-i.mkv", "http:x.mkv", "pipe:0.mkv", "concat:a|b.mkv", "%d 'x'\n.mkv"];
    const before = process.cwd();
    try {
      mkdirSync(at("names"));
      process.chdir(at("names"));
      for (const name of process.platform === "win32" ? ["-i.mkv"] : names) {
        writeFileSync(name, video);
        expect([name, await outcome(name)]).toEqual([name, "2 frames"]);
      }
    } finally {
      process.chdir(before);
    }
  });

  it("without bytes, frames or an end is refused", async () => {
    writeFileSync(at("empty.mp4"), "");
    expect(await outcome(at("empty.mp4"))).toBe(`${at("empty.mp4")} is no video: it has no bytes.`);
    makeVideo(at("none.avi"), { output: ["-frames:v", "0"] });
    expect(await outcome(at("none.avi"))).toMatch(/Cannot read .* as a video/);
    if (process.platform === "win32") return;
    mkdirSync(at("pipes"));
    spawnSync("mkfifo", [at("pipes/pipe.mp4")]);
    expect(await outcome(at("pipes"))).toMatch(/pipe\.mp4 is a named pipe; expected a video, a regular file/);
  });
});

describeFfmpeg("a source without an end", () => {
  it("is given up when no frame comes from an address", async () => {
    answer = () => {};
    expect(await outcome(`${origin}/silent.mp4`, { timeout: 0.3 })).toMatch(/silent\.mp4 sent no video for 0\.3 s/);
  });

  it("is given up when no frame comes of a stream, however much comes", async () => {
    const header = readFileSync(makeVideo(at("head.mkv"), { frames: 1, output: ["-cluster_size_limit", "1000"] }));
    // An element of unknown content that Matroska's readers pass over, again and again
    const nothing = Buffer.concat([Buffer.from([0xec, 0x50, 0x00]), Buffer.alloc(4096)]);
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield header;
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        sent++;
        yield nothing;
      }
    }
    const stream = Readable.from(endless());
    expect(await outcome(stream, { timeout: 0.5 })).toMatch(/sent no frame for 0\.5 s: it is given up/);
    expect(sent).toBeGreaterThan(0);
    expect(stream.destroyed).toBe(true);
  });
});

describe("the search for playlists", () => {
  it("needs no ffmpeg", async () => {
    writeFileSync(at("far.m3u8"), playlist("https://example.org/a.ts"));
    expect(await outcome(at("far.m3u8"), { ffmpeg: "no-such-program" })).toMatch(/refers to https:/);
  });
});
