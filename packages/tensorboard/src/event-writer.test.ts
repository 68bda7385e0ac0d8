import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventWriter, type EventWriterOptions, type GraphNode } from "./index.ts";
import { encodeRecord } from "./record.ts";
import { inner, type Message, readMessage, readRecords, texts } from "./test-read-events.ts";

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 4);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-events-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function writer(options: EventWriterOptions = {}): EventWriter {
  return new EventWriter(folder, { hostname: "box", now: () => 1_700_000_000_500, ...options });
}

/** The events of a file, after the one that states its version. */
function events(path: string | undefined): Message[] {
  const [version, ...rest] = readRecords(readFileSync(path as string)).map(readMessage);
  expect(texts(version as Message, 3)).toEqual(["brain.Event:2"]);
  return rest;
}

describe("encodeRecord", () => {
  it("frames data as TensorFlow does", () => {
    const record = encodeRecord(Uint8Array.from(Buffer.from("foo")));
    expect(readRecords(record)).toEqual([Uint8Array.from(Buffer.from("foo"))]);
    expect(record.length).toBe(8 + 4 + 3 + 4);
    // CRC-32C of "123456789" is 0xE3069283 (RFC 3720, B.4, and the catalog of CRC algorithms).
    const checked = new DataView(encodeRecord(Uint8Array.from(Buffer.from("123456789"))).buffer);
    const [rotated, delta] = [((0xe3069283 >>> 15) | (0xe3069283 << 17)) >>> 0, 0xa282ead8];
    expect(checked.getUint32(8 + 4 + 9, true)).toBe((rotated + delta) >>> 0);
  });
});

describe("EventWriter", () => {
  it("writes scalars with tag, step and time", async () => {
    const log = writer();
    log.scalar("train/box_loss", 1.25, 0);
    log.scalar("lr", 1e-4, 2 ** 40);
    log.scalar("loss", Number.NaN, 3);
    await log.close();
    const written = events(log.path);
    const read = written.map((event) => {
      const value = inner(inner(event, 5), 1);
      return [texts(value, 1)[0], value.get(2)?.[0], event.get(2)?.[0] ?? 0n, event.get(1)?.[0]];
    });
    const time = 1_700_000_000.5;
    expect(read).toEqual([
      ["train/box_loss", 1.25, 0n, time],
      ["lr", Math.fround(1e-4), 2n ** 40n, time],
      ["loss", Number.NaN, 3n, time],
    ]);
  });

  it("writes images as they are", async () => {
    const log = writer();
    log.image("val/batch0", png, { width: 300, height: 200, step: 1 });
    log.image("gray", jpeg, { width: 5, height: 6, channels: 1, step: 2 });
    await log.close();
    const values = events(log.path).map((event) => inner(inner(event, 5), 1));
    expect(values.map((value) => texts(value, 1)[0])).toEqual(["val/batch0", "gray"]);
    const images = values.map((value) => inner(value, 4));
    expect(images.map((image) => [1, 2, 3].map((field) => image.get(field)?.[0]))).toEqual([
      [200n, 300n, 3n],
      [6n, 5n, 1n],
    ]);
    expect(images.map((image) => image.get(4)?.[0])).toEqual([png, jpeg].map((bytes) => Buffer.from(bytes)));
  });

  it("writes a graph with shapes for the edges", async () => {
    const log = writer();
    const nodes: GraphNode[] = [
      { name: "images", op: "Placeholder", outputs: [{ shape: [1, 64, 96, 3] }] },
      {
        name: "model/0/Split",
        op: "SplitV",
        inputs: ["images"],
        device: "/device:CPU:0",
        outputs: [{ shape: [1, 64, 96, 1] }, { shape: [], type: "int32" }],
        attributes: {
          axis: 3,
          pad: "same",
          keep: true,
          rate: 0.5,
          strides: [1, 2],
          names: ["a", "b"],
          scales: [0.5, 1],
        },
      },
      { name: "out", op: "Identity", inputs: ["model/0/Split:1"] },
    ];
    log.graph(nodes);
    await log.close();
    const [event] = events(log.path) as [Message];
    const graph = readMessage(event.get(4)?.[0] as Uint8Array);
    const read = (graph.get(1) ?? []).map((node) => readMessage(node as Uint8Array));
    expect(read.map((node) => [1, 2, 3, 4].map((field) => texts(node, field).join()))).toEqual([
      ["images", "Placeholder", "", ""],
      ["model/0/Split", "SplitV", "images", "/device:CPU:0"],
      ["out", "Identity", "model/0/Split:1", ""],
    ]);
    const attributes = new Map(
      (read[1]?.get(5) ?? []).map((entry) => {
        const pair = readMessage(entry as Uint8Array);
        return [texts(pair, 1)[0], inner(pair, 2)];
      }),
    );
    const shapes = inner(attributes.get("_output_shapes") as Message, 1).get(7) as Uint8Array[];
    const sizes = shapes.map((shape) =>
      (readMessage(shape).get(2) ?? []).map((dim) => readMessage(dim as Uint8Array).get(1)?.[0]),
    );
    expect(sizes).toEqual([[1n, 64n, 96n, 1n], []]);
    expect(attributes.get("T")?.get(6)).toEqual([1n]);
    expect(attributes.get("axis")?.get(3)).toEqual([3n]);
    expect(texts(attributes.get("pad") as Message, 2)).toEqual(["same"]);
    expect(attributes.get("keep")?.get(5)).toEqual([1n]);
    expect(attributes.get("rate")?.get(4)).toEqual([0.5]);
    expect(inner(attributes.get("strides") as Message, 1).get(3)).toEqual([Buffer.from([1, 2])]);
    expect(texts(inner(attributes.get("names") as Message, 1), 2)).toEqual(["a", "b"]);
    expect(inner(attributes.get("scales") as Message, 1).get(4)?.[0]).toHaveLength(8);
  });

  it.each<[string, GraphNode[]]>([
    ['two nodes of the graph are called "a"', ["a", "a"].map((name) => ({ name, op: "Add" }))],
    ['node "b" of the graph reads "a", which no node outputs', [{ name: "b", op: "Abs", inputs: ["a"] }]],
    [
      'node "b" of the graph reads "a:1", which no node outputs',
      [
        { name: "a", op: "Abs" },
        { name: "b", op: "Abs", inputs: ["a:1"] },
      ],
    ],
    ['needs a name and an operator, not "" and "Abs"', [{ name: "", op: "Abs" }]],
  ])("refuses graphs that hang in the air: %s", (message, nodes) => {
    expect(() => writer().graph(nodes)).toThrow(message);
  });

  it("names files as TensorBoard looks for them, and never touches one that is there", async () => {
    const [first, second] = [writer({ hostname: "my box/1" }), writer({ hostname: "my box/1" })];
    expect(readdirSync(folder)).toEqual([]);
    first.scalar("a", 1, 0);
    await first.flush();
    second.scalar("a", 2, 0);
    await Promise.all([first.close(), second.close()]);
    expect(readdirSync(folder).sort()).toEqual([
      "events.out.tfevents.1700000000.my_box_1.000",
      "events.out.tfevents.1700000000.my_box_1.001",
    ]);
    expect([events(first.path), events(second.path)].map(({ length }) => length)).toEqual([1, 1]);
  });

  it("names a file after those before it when the clock was set back", async () => {
    const times = [1_700_000_000_000, 1_600_000_000_000, 1_700_000_000_500];
    for (const now of times) await writer({ now: () => now }).close();
    expect(readdirSync(folder).sort()).toEqual([
      "events.out.tfevents.1700000000.box.000",
      "events.out.tfevents.1700000001.box.000",
      "events.out.tfevents.1700000002.box.000",
    ]);
  });

  it("adds whole records at each flush, once each", async () => {
    const log = new EventWriter(join(folder, "deep", "run"), { now: () => 0 });
    expect(log.path).toBeUndefined();
    const flushes = [0, 1, 2].map((step) => {
      log.scalar("a", step, step);
      return log.flush();
    });
    await Promise.all(flushes);
    expect(events(log.path).length).toBe(3);
    const whole = readFileSync(log.path as string);
    await log.flush();
    expect(readFileSync(log.path as string)).toEqual(whole);
    // What a crash leaves of a record is left out by readers.
    appendFileSync(log.path as string, encodeRecord(png).subarray(0, 14));
    expect(events(log.path).length).toBe(3);
    await log.close();
    await log.close();
    expect(() => log.scalar("a", 1, 4)).toThrow(/is closed/);
  });

  it("says where a run goes on", async () => {
    const log = writer({ startStep: 12 });
    await log.close();
    const [start] = events(log.path) as [Message];
    expect(start.get(2)).toEqual([12n]);
    expect(inner(start, 7).get(1)).toEqual([1n]);
  });

  it("keeps what could not be written", async () => {
    const place = join(folder, "taken");
    writeFileSync(place, "");
    const log = new EventWriter(place);
    log.scalar("a", 1, 0);
    await expect(log.flush()).rejects.toMatchObject({ code: "IO", message: expect.stringContaining(place) });
    rmSync(place);
    await log.close();
    expect(events(log.path).length).toBe(1);
  });

  it("refuses what TensorBoard would not show", () => {
    const log = writer();
    const form = { width: 1, height: 1, step: 0 };
    expect(() => log.scalar("", 1, 0)).toThrow(/needs a tag/);
    expect(() => log.scalar("a", 1, 0.5)).toThrow('step of "a" must be a whole number from 0 on, not 0.5');
    expect(() => log.image("a", Uint8Array.of(1, 2, 3, 4), form)).toThrow(/neither PNG nor JPEG/);
    expect(() => log.image("a", png, { ...form, width: 0 })).toThrow("0 × 1 is no size");
    expect(() => writer({ startStep: -1 })).toThrow("startStep must be a whole number from 0 on, not -1");
    expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
  });
});
