import { describe, expect, it } from "vitest";
import { parseZones } from "./parse-zones.ts";
import { ZoneCounter } from "./zone-counter.ts";

const zones = parseZones(
  {
    lines: {
      door: [
        [0, 100],
        [200, 100],
      ],
    },
    zones: {
      square: [
        [50, 120],
        [150, 120],
        [150, 220],
        [50, 220],
      ],
    },
  },
  "zones.yaml",
);

/** Objects of 20 × 20 around these points. */
function tracks(...objects: [id: number, x: number, y: number, label?: number][]) {
  return {
    count: objects.length,
    ids: Int32Array.from(objects, ([id]) => id),
    classes: Int32Array.from(objects, ([, , , label = 0]) => label),
    boxes: Float32Array.from(objects.flatMap(([, x, y]) => [x - 10, y - 10, x + 10, y + 10])),
  };
}

describe("ZoneCounter", () => {
  it("counts who crosses a line, by direction and class", () => {
    const counter = new ZoneCounter(zones);
    counter.update(tracks([1, 20, 90], [2, 40, 110, 3], [3, 30, 95]));
    expect(counter.update(tracks([1, 20, 110], [2, 40, 90, 3], [3, 30, 99]))).toEqual([
      { event: "in", at: "door", id: 1, label: 0, count: 1 },
      { event: "out", at: "door", id: 2, label: 3, count: 1 },
    ]);
    expect(counter.update(tracks([3, 30, 130]))).toEqual([{ event: "in", at: "door", id: 3, label: 0, count: 2 }]);
    expect(counter.counts.lines).toEqual({ door: { in: { 0: 2 }, out: { 3: 1 } } });
  });

  it("counts each crossing once, also over points on the line, and none beside its ends", () => {
    const counter = new ZoneCounter(zones);
    for (const y of [98, 100, 100, 102, 100, 99, 100]) counter.update(tracks([1, 20, y], [2, 201, y]));
    expect(counter.counts.lines).toEqual({ door: { in: { 0: 2 }, out: { 0: 1 } } });
  });

  it("counts nobody who trembles on a line, and those who cross it slowly once, with a margin", () => {
    const walk = [98, 99, 101, 99, 102, 98, 101, 103, 104, 99, 96, 97, 101];
    const counted = (margin: number, ys: readonly number[], x = 20): number[] => {
      const counter = new ZoneCounter({ ...zones, margin });
      for (const y of ys) counter.update(tracks([1, x, y]));
      const { in: ins = {}, out = {} } = counter.counts.lines.door ?? {};
      return [ins[0] ?? 0, out[0] ?? 0];
    };
    expect(counted(0, walk)).toEqual([4, 3]);
    expect(counted(4, walk)).toEqual([1, 1]);
    expect(counted(5, walk)).toEqual([0, 0]);
    // Beyond the line's end there is no line to be near to
    expect(counted(4, [98, 99, 101, 103, 106], 206)).toEqual([0, 0]);
    expect(counted(4, [80, 120])).toEqual([1, 0]);
  });

  it("counts who crosses while it is not seen", () => {
    const counter = new ZoneCounter(zones);
    counter.update(tracks([1, 20, 80]));
    for (let i = 0; i < 5; i++) counter.update(tracks());
    expect(counter.update(tracks([1, 20, 130]))[0]).toMatchObject({ event: "in", id: 1 });
  });

  it("knows who is in a zone, who leaves it, and who vanishes in it", () => {
    const counter = new ZoneCounter(zones, { maxUnseen: 2 });
    expect(counter.update(tracks([1, 100, 150], [2, 300, 150]))).toEqual([
      { event: "enter", at: "square", id: 1, label: 0, count: 1 },
    ]);
    expect(counter.update(tracks([1, 110, 150], [2, 140, 150]))).toEqual([
      { event: "enter", at: "square", id: 2, label: 0, count: 2 },
    ]);
    expect(counter.update(tracks([1, 160, 150], [2, 130, 150, 4]))).toEqual([
      { event: "leave", at: "square", id: 1, label: 0, count: 1 },
    ]);
    // The class of an object may change
    expect(counter.counts.zones).toEqual({ square: { 4: 1 } });
    expect([counter.update(tracks()), counter.update(tracks())]).toEqual([[], []]);
    expect(counter.update(tracks())).toEqual([{ event: "leave", at: "square", id: 2, label: 4, count: 0 }]);
    expect(counter.counts.zones).toEqual({ square: {} });
  });

  it("counts missing frames by the frames' numbers, which start again with a new video", () => {
    const counter = new ZoneCounter(zones, { maxUnseen: 2 });
    counter.update(tracks([1, 100, 150]), { frame: 10 });
    expect(counter.update(tracks(), { frame: 12 })).toEqual([]);
    expect(counter.update(tracks(), { frame: 13 })).toEqual([
      { event: "leave", at: "square", id: 1, label: 0, count: 0 },
    ]);
    counter.forget();
    counter.update(tracks([1, 100, 150]), { frame: 1 });
    expect(counter.update(tracks(), { frame: 4 })).toHaveLength(1);
  });

  it("lets who has left the image leave its zones at once, and counts it again when it comes back", () => {
    const counter = new ZoneCounter(zones);
    counter.update(tracks([1, 100, 150], [2, 110, 150]));
    expect(counter.update(tracks([2, 110, 150]), { gone: [1, 7] })).toEqual([
      { event: "leave", at: "square", id: 1, label: 0, count: 1 },
    ]);
    expect(counter.update(tracks([2, 110, 150]), { gone: [1] })).toEqual([]);
    expect(counter.update(tracks([1, 100, 150], [2, 110, 150]))).toEqual([
      { event: "enter", at: "square", id: 1, label: 0, count: 2 },
    ]);
  });

  it("can count at the foot of a box", () => {
    const counter = new ZoneCounter({ ...zones, point: "bottom" });
    counter.update(tracks([1, 20, 85]));
    expect(counter.update(tracks([1, 20, 95]))).toHaveLength(1);
  });

  it("keeps counts of lines, and no object, over videos", () => {
    const counter = new ZoneCounter(zones);
    counter.update(tracks([1, 20, 90]));
    counter.update(tracks([1, 20, 110]));
    counter.forget();
    expect(counter.update(tracks([1, 20, 90]))).toEqual([]);
    expect(counter.counts.lines.door?.in).toEqual({ 0: 1 });
  });
});

describe("parseZones", () => {
  it.each<[object, string]>([
    [{ line: {} }, 'zones.yaml has no key "line". Did you mean "lines"?'],
    [{}, "neither lines nor zones"],
    [{ lines: [] }, "lines must be a table of names and points"],
    [{ lines: { door: [[0, 0]] } }, "the line door must have two different points, [[x, y], [x, y]], but has 1"],
    [
      {
        lines: {
          door: [
            [3, 4],
            [3, 4],
          ],
        },
      },
      "two different points",
    ],
    [
      {
        lines: {
          door: [
            [3, 4],
            [3, "a"],
          ],
        },
      },
      'lines: door must be a list of points in pixels, [[x, y], [x, y]], not [[3,4],[3,"a"]]',
    ],
    [
      {
        zones: {
          yard: [
            [0, 0],
            [1, 1],
          ],
        },
      },
      "the zone yard must have three points at least",
    ],
    [
      {
        lines: {
          a: [
            [0, 0],
            [1, 1],
          ],
        },
        zones: {
          a: [
            [0, 0],
            [1, 1],
            [2, 0],
          ],
        },
      },
      "the name of a line and of a zone",
    ],
    [
      {
        lines: {
          a: [
            [0, 0],
            [1, 1],
          ],
        },
        point: "top",
      },
      'point must be center or bottom, not "top"',
    ],
    [
      {
        lines: {
          a: [
            [0, 0],
            [1, 1],
          ],
        },
        margin: -2,
      },
      "margin must be pixels from 0 on, not -2",
    ],
  ])("refuses %j", (content, message) => {
    expect(() => parseZones(content, "zones.yaml")).toThrow(message);
  });
});
