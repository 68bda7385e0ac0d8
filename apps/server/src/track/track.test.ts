import { describe, expect, it } from "vitest";
import { pngFile } from "../test-png.ts";
import { formOf, listen, testService } from "../test-service.ts";

const { app } = await testService({
  maxImages: 12,
  maxSessions: 40,
  predictKey: "only-predictions-here",
  key: "whatever-there-is-to-do",
});
const url = await listen(app);
const image = pngFile({ width: 80, height: 48 });

/** A tiny detector's boxes are of little confidence, and the same for the same image. */
const lenient = { track_high_thresh: 0, track_low_thresh: 0, new_track_thresh: 0, fuse_score: false };
const options = { conf: 0.00001, max_det: 3, tracker: { tracker_type: "bytetrack", ...lenient } };

interface TestFrame {
  frame: number;
  boxes: { id?: number; name: string }[];
  counts?: object;
  trails?: { points: number[] }[];
}

// biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
type Answer = any;

async function call(
  path: string,
  init: RequestInit = {},
  key = "only-predictions-here",
): Promise<{ status: number; answer: Answer }> {
  const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) };
  const response = await fetch(`${url}${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, answer: text.startsWith("{") ? JSON.parse(text.split("\n")[0] as string) : text };
}

const json = (body: object): RequestInit => ({
  ...{ method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } },
});
const open = (body: object = options) => call("/v1/track/sessions", json(body));

async function openedId(body: object = options): Promise<string> {
  const { status, answer } = await open(body);
  expect({ status, answer }).toMatchObject({ status: 201, answer: { id: expect.any(String) } });
  return answer.id;
}

const send = (id: string, files: readonly Uint8Array[], query = "") =>
  call(`/v1/track/sessions/${id}/frames${query}`, { method: "POST", body: formOf(files) });

describe("sessions of frames", () => {
  it("keep identities from request to request, each its own", async () => {
    const [one, two] = [await openedId({ ...options, trails: 5 }), await openedId()];
    const first = await send(one, [image, image]);
    expect(first.status).toBe(200);
    expect(first.answer).toMatchObject({ session: one, queue_ms: expect.any(Number), total_ms: expect.any(Number) });
    const frames: TestFrame[] = first.answer.frames;
    expect(frames.map(({ frame }) => frame)).toEqual([0, 1]);
    expect(frames.map(({ boxes }) => boxes.map(({ id }) => id))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(frames[1]?.boxes[0]?.name).toMatch(/cat|dog|bird/);
    expect(frames[1]?.trails?.map(({ points }) => points.length)).toEqual([4, 4, 4]);
    const other = await send(two, [image]);
    expect(other.answer.frames[0].boxes.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
    const body = new Uint8Array(image);
    const raw = { method: "POST", body, headers: { "content-type": "image/png" } };
    const third = await call(`/v1/track/sessions/${one}/frames?frame=9`, raw);
    expect(third.answer.frames[0]).toMatchObject({ frame: 9, width: 80, height: 48 });
    expect(third.answer.frames[0].boxes.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
    const view = await call(`/v1/track/sessions/${one}`);
    expect(view.answer).toMatchObject({
      id: one,
      model: "tiny",
      tracker: "bytetrack",
      frames: 3,
      objects: 3,
      timeout_s: 60,
    });
  });

  it("count at lines and in zones", async () => {
    const square = [
      [0, 0],
      [80, 0],
      [80, 48],
      [0, 48],
    ];
    const id = await openedId({ ...options, zones: { zones: { all: square } } });
    const { answer } = await send(id, [image]);
    const [{ events, counts }] = answer.frames;
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({ event: "enter", at: "all", id: 1, count: 1, name: expect.any(String) });
    const inside: number[] = Object.values(counts.zones.all);
    expect(inside.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect((await call(`/v1/track/sessions/${id}`)).answer.counts).toEqual(counts);
  });

  it("use BoT-SORT, which follows the camera, by default, and detections from a confidence of 0.1", async () => {
    const id = await openedId({ tracker: lenient });
    const { answer } = await send(id, [image, image]);
    expect(answer.frames.map(({ boxes }: TestFrame) => boxes)).toEqual([[], []]);
    expect((await call(`/v1/track/sessions/${id}`)).answer).toMatchObject({ tracker: "botsort", frames: 2 });
  });

  it("recognize objects by their colors, which are read where frames are decoded", async () => {
    const id = await openedId({ ...options, tracker: { ...lenient, with_reid: true } });
    const { status, answer } = await send(id, [image, image]);
    expect(status).toBe(200);
    expect(answer.frames.map(({ boxes }: TestFrame) => boxes.map((box) => box.id))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it("refuse frames whose number does not rise, and images that are none, and go on", async () => {
    const id = await openedId();
    await send(id, [image], "?frame=5");
    expect(await send(id, [image], "?frame=5")).toMatchObject({
      status: 400,
      answer: {
        error: {
          code: "ARGUMENT",
          message: expect.stringContaining("above 5, the last one, not 5: time does not go back"),
        },
      },
    });
    expect((await send(id, [Buffer.from("no image")])).status).toBe(415);
    expect((await send(id, [image.subarray(0, 50)])).status).toBe(422);
    expect((await send(id, [])).answer.error.code).toBe("NO_BODY");
    expect((await send(id, [image], "?frame=-1")).answer.error.message).toBe('"frame" must be at least 0, not -1.');
    expect((await send(id, [image])).answer.frames[0].frame).toBe(6);
  });

  it("end when they are deleted, also for frames that wait", async () => {
    const id = await openedId();
    const waiting = send(id, Array(10).fill(image));
    const ended = await call(`/v1/track/sessions/${id}`, { method: "DELETE" });
    expect(ended.status).toBe(204);
    expect([200, 404]).toContain((await waiting).status);
    for (const answer of [await send(id, [image]), await call(`/v1/track/sessions/${id}`)]) {
      expect(answer).toMatchObject({ status: 404, answer: { error: { code: "NO_SESSION" } } });
    }
  });

  it("refuse frames that come faster than they are answered", async () => {
    const id = await openedId();
    const answers = await Promise.all(Array.from({ length: 30 }, () => send(id, [image])));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].sort()).toEqual([200, 429]);
    expect(answers.find(({ status }) => status === 429)?.answer.error.code).toBe("SESSION_BUSY");
    const numbers = answers.flatMap(({ answer }) => answer.frames?.map(({ frame }: TestFrame) => frame) ?? []);
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, i) => i));
  });

  it("are listed for the key that may do everything", async () => {
    const id = await openedId();
    expect((await call("/v1/track/sessions")).answer.error.code).toBe("PREDICT_ONLY");
    const { answer } = await call("/v1/track/sessions", {}, "whatever-there-is-to-do");
    expect(answer.sessions.map((session: { id: string }) => session.id)).toContain(id);
    const metrics = await call("/metrics", {}, "whatever-there-is-to-do");
    expect(metrics.answer).toMatch(/^lookonce_track_sessions [1-9]/m);
  });

  it.each<[object, string]>([
    [{ tracker: "deepsort" }, '"tracker" must be'],
    [{ tracker: { match_thresh: 3 } }, "match_thresh"],
    [{ tracker: { trakc_buffer: 3 } }, 'no option "trakc_buffer". Did you mean "track_buffer"?'],
    [{ tracker: { tracker_type: "bytetrack", with_reid: true } }, "which bytetrack does not do"],
    [{ tracker: { track_buffer: 100_000 } }, "keep lost objects for 100000 frames; 3000 are possible here"],
    [{ zones: { lines: { door: [[0, 0]] } } }, "zones: the line door must have two different points"],
    [{ zones: {} }, "zones has neither lines nor zones"],
    [
      { zones: { zones: { yard: Array.from({ length: 1001 }, (_, i) => [i, i * i]) } } },
      "Lines and zones may have 1000 points together",
    ],
    [{ trails: 1000 }, '"trails" must be at most 300, not 1000'],
    [{ conf: 2 }, '"conf" must be at most 1, not 2'],
    [{ modle: "tiny" }, 'no parameter "modle". Did you mean "model"?'],
    [{ model: "tinny" }, 'There is no model "tinny". Did you mean "tiny"?'],
  ])("are not opened with %j", async (body, message) => {
    const { status, answer } = await open(body);
    expect([400, 404]).toContain(status);
    expect(answer.error.message).toContain(message);
  });
});
