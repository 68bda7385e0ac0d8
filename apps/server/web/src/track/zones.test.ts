import { describe, expect, it } from "vitest";
import { countRows, type Drawn, freeName, parsePoints, textOf, zonesOf } from "./zones.ts";

const gate: Drawn = {
  kind: "line",
  name: "line 1",
  points: [
    [320, 20],
    [320.4, 340],
  ],
};
const yard: Drawn = {
  kind: "zone",
  name: "zone 1",
  points: [
    [0, 0],
    [10, 0],
    [10, 10],
  ],
};

describe("lines and zones that are drawn", () => {
  it("have names that are free", () => {
    expect(freeName("line", [gate, yard])).toBe("line 2");
    expect(freeName("zone", [gate])).toBe("zone 1");
  });

  it("are written in a field, and read from it", () => {
    expect(textOf(gate.points)).toBe("320,20 320,340");
    expect(parsePoints(" 1,2  3.5,-4 ", "line")).toEqual([
      [1, 2],
      [3.5, -4],
    ]);
    expect(parsePoints("0,0;10,0;10,10", "zone")).toEqual(yard.points);
    for (const text of ["", "1,2", "1,2 3", "1,2 3,4 5,6", "1,2 1,2", "a,b c,d"]) {
      expect([text, parsePoints(text, "line")]).toEqual([text, undefined]);
    }
    expect(parsePoints("1,2 3,4", "zone")).toBeUndefined();
  });

  it("open a session", () => {
    expect(zonesOf([])).toBeUndefined();
    expect(zonesOf([gate, yard])).toEqual({ lines: { "line 1": gate.points }, zones: { "zone 1": yard.points } });
  });

  it("have their counts in rows, by class", () => {
    const counts = { lines: { "line 1": { in: { cup: 2 }, out: { cup: 1, bowl: 3 } } }, zones: { "zone 1": {} } };
    expect(countRows([yard, gate], counts)).toEqual([
      { name: "zone 1", class: "", inside: 0 },
      { name: "line 1", class: "cup", in: 2, out: 1 },
      { name: "line 1", class: "bowl", in: 0, out: 3 },
    ]);
    expect(countRows([gate, yard], { lines: {}, zones: { "zone 1": { cup: 4 } } })).toEqual([
      { name: "line 1", class: "", in: 0, out: 0 },
      { name: "zone 1", class: "cup", inside: 4 },
    ]);
  });
});
