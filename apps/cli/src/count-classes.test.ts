import { describe, expect, it } from "vitest";
import { countClasses } from "./count-classes.ts";

describe("countClasses", () => {
  it("counts in the order of class numbers", () => {
    const found = [5, 0, 0].map((number) => ({ class: number, name: number === 0 ? "person" : "bus" }));
    expect(countClasses(found)).toBe("2 persons, 1 bus");
    expect(countClasses([])).toBe("nothing");
  });
});
