import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pngFile } from "../test-png.ts";
import { formOf, listen, temporaryFolder, testService } from "../test-service.ts";

describe("the number of sessions", () => {
  it("is bounded, for each address and together, and they end when nothing is sent", async () => {
    const { app } = await testService({ maxSessions: 2, sessionTimeout: 0.3, proxies: ["127.0.0.1"] });
    const openFrom = (address: string) =>
      app.inject({
        ...{ method: "POST", url: "/v1/track/sessions", headers: { "x-forwarded-for": address }, payload: {} },
      });
    const first = await openFrom("10.0.0.1");
    expect(first.statusCode).toBe(201);
    const again = await openFrom("10.0.0.1");
    expect([again.statusCode, again.json().error.code, again.headers["retry-after"]]).toEqual([
      429,
      "CLIENT_BUSY",
      "5",
    ]);
    expect((await openFrom("10.0.0.2")).statusCode).toBe(201);
    const third = await openFrom("10.0.0.3");
    expect([third.statusCode, third.json().error.code]).toEqual([503, "TOO_MANY_SESSIONS"]);
    await expect.poll(async () => (await openFrom("10.0.0.3")).statusCode, { interval: 50 }).toBe(201);
    expect((await app.inject(`/v1/track/sessions/${first.json().id}`)).statusCode).toBe(404);
  });
});

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

describe.skipIf(!hasFfmpeg)("uploaded videos", () => {
  const folder = temporaryFolder();
  const image = pngFile({ width: 80, height: 48 });
  const lenient = { track_high_thresh: 0, track_low_thresh: 0, new_track_thresh: 0, fuse_score: false };
  const options = { conf: 0.00001, max_det: 3, tracker: { tracker_type: "bytetrack", ...lenient } };
  let url = "";
  beforeAll(async () => {
    const { app } = await testService();
    url = await listen(app);
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
  type Answer = any;

  async function call(path: string, init: RequestInit = {}): Promise<{ status: number; answer: Answer }> {
    const response = await fetch(`${url}${path}`, init);
    const [first = ""] = (await response.text()).split("\n");
    return { status: response.status, answer: JSON.parse(first) };
  }

  async function openedId(): Promise<string> {
    const headers = { "content-type": "application/json" };
    return (await call("/v1/track/sessions", { method: "POST", body: JSON.stringify(options), headers })).answer.id;
  }

  function video(name: string, frames = 6): Uint8Array<ArrayBuffer> {
    const path = join(folder, name);
    const source = `color=gray:s=80x48:r=10:d=${frames / 10}`;
    execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", path]);
    return new Uint8Array(readFileSync(path));
  }

  function formWith(file: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}): RequestInit {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("video", new Blob([file]), "street.mp4");
    return { method: "POST", body: form };
  }

  async function lines(path: string, init: RequestInit): Promise<Answer[]> {
    const response = await fetch(`${url}${path}`, init);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/x-ndjson; charset=utf-8",
    ]);
    const text = await response.text();
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  it("are answered with a line for each frame, and what was counted", async () => {
    const zones = {
      lines: {
        middle: [
          [40, 0],
          [40, 48],
        ],
      },
    };
    const rows = await lines("/v1/track", formWith(video("a.mp4"), { options: JSON.stringify({ ...options, zones }) }));
    expect(rows).toHaveLength(7);
    expect(rows.slice(0, 6).map(({ frame, timestamp }) => [frame, Math.round(10 * timestamp)])).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => [n, n]),
    );
    for (const { boxes } of rows.slice(0, 6)) expect(boxes.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
    expect(rows[6]).toEqual({ done: true, frames: 6, counts: { lines: { middle: { in: {}, out: {} } }, zones: {} } });
    // Its session has ended with it
    const { answer } = await call("/v1/track/sessions");
    expect(answer.sessions.filter(({ frames }: { frames: number }) => frames === 6)).toEqual([]);
  });

  it("continue a session, as their body or a form", async () => {
    const session = await openedId();
    await call(`/v1/track/sessions/${session}/frames`, { method: "POST", body: formOf([image]) });
    const headers = { "content-type": "video/mp4" };
    const rows = await lines(`/v1/track?session=${session}`, { method: "POST", body: video("b.mp4", 2), headers });
    expect(rows.map(({ frame, done }) => frame ?? done)).toEqual([1, 2, true]);
    expect((await lines("/v1/track", formWith(video("b.mp4", 2), { session }))).map(({ frame }) => frame)).toEqual([
      3,
      4,
      undefined,
    ]);
    expect((await call(`/v1/track/sessions/${session}`)).answer.frames).toBe(5);
  });

  it("are refused when they are none, without a word of where they lay", async () => {
    const { status, answer } = await call("/v1/track", formWith(new Uint8Array(Buffer.from("no video"))));
    expect([status, answer.error.code]).toEqual([422, "FORMAT"]);
    expect(answer.error.message).toMatch(/^Cannot read the file as a video: /);
    const playlist = new Uint8Array(Buffer.from("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"));
    expect((await call("/v1/track", formWith(playlist))).status).toBe(422);
    const large = await testService({ maxPixels: 1000 });
    const sent = new Request("http://localhost", formWith(video("a.mp4")));
    const refused = await large.app.inject({
      ...{ method: "POST", url: "/v1/track", payload: Buffer.from(await sent.arrayBuffer()) },
      headers: { "content-type": sent.headers.get("content-type") as string },
    });
    expect([refused.statusCode, refused.json().error.code]).toEqual([413, "TOO_MANY_PIXELS"]);
  });

  it.each<[string, RequestInit, number, string]>([
    ["no video", { method: "POST", body: new FormData() }, 400, "Send a video"],
    ["options that are no JSON", formWith(new Uint8Array(1), { options: "{" }), 400, "options is not valid JSON"],
    [
      "options that are wrong",
      formWith(new Uint8Array(1), { options: '{"conf": 7}' }),
      400,
      '"conf" must be at most 1',
    ],
    ["a field that is none", formWith(new Uint8Array(1), { conf: "0.1" }), 400, 'no form field "conf"'],
    ["a session that is none", formWith(new Uint8Array(1), { session: "x" }), 404, 'There is no session "x"'],
    [
      "another type",
      { method: "POST", body: "x", headers: { "content-type": "text/x-thing" } },
      415,
      "cannot read a body",
    ],
  ])("are refused with %s", async (_, init, status, message) => {
    const answer = await call("/v1/track", init);
    expect(answer.status).toBe(status);
    expect(answer.answer.error.message).toContain(message);
  });

  it("are tracked two at a time", async () => {
    const long = video("long.mp4", 60);
    const answers = await Promise.all(Array.from({ length: 4 }, () => call("/v1/track", formWith(long))));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.answer.error.code).toBe("BUSY");
    await expect.poll(async () => (await call("/v1/track", formWith(video("a.mp4")))).status).toBe(200);
  });
});
