import { blankImage } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { collage } from "./collage.ts";

describe("collage", () => {
  it("draws images side by side and starts a new row when one is full", () => {
    const colors = [10, 20, 30] as const;
    const tiles = colors.map((gray) => blankImage({ width: 2, height: 1 }, [gray, gray, gray]));
    const { width, height, data } = collage(tiles, { columns: 2, gap: 1 });
    expect([width, height]).toEqual([7, 5]);
    const red = Array.from({ length: width * height }, (_, i) => data[i * 3]);
    const w = 255;
    expect(red).toEqual([
      ...[w, w, w, w, w, w, w],
      ...[w, 10, 10, w, 20, 20, w],
      ...[w, w, w, w, w, w, w],
      ...[w, 30, 30, w, w, w, w],
      ...[w, w, w, w, w, w, w],
    ]);
  });
});
