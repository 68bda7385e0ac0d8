import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImage } from "@lookonce/image";
import { afterAll, describe, expect, it } from "vitest";
import { generateShapesVideo } from "./generate-shapes-video.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-shapes-video-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("generateShapesVideo", () => {
  it("draws frames and their truth in MOTChallenge's form, the same for the same seed", async () => {
    const draw = (name: string) =>
      generateShapesVideo({ directory: join(folder, name), frames: 12, shapes: 8, size: 160, seed: 3 });
    const [{ frames, truth, names }, again] = await Promise.all([draw("one"), draw("two")]);
    const files = readdirSync(frames);
    expect(files).toHaveLength(12);
    expect(files[11]).toBe("000012.jpg");
    const image = await readImage(join(frames, "000012.jpg"));
    expect([image.width, image.height]).toEqual([160, 160]);
    for (const file of files) {
      expect(readFileSync(join(frames, file)).equals(readFileSync(join(again.frames, file)))).toBe(true);
    }
    const text = readFileSync(truth, "utf8");
    expect(readFileSync(again.truth, "utf8")).toBe(text);
    const rows = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(",").map(Number) as [number, number, number, number, number, number, ...number[]]);
    expect(rows.map(([frame, id]) => [frame, id])).toEqual(
      Array.from({ length: 12 * 8 }, (_, i) => [1 + Math.floor(i / 8), 1 + (i % 8)]),
    );
    for (const [, , left, top, width, height, confidence, label, seen] of rows) {
      expect(Math.min(left, top, width, height)).toBeGreaterThan(0);
      expect(Math.max(left + width, top + height)).toBeLessThan(160);
      expect([confidence, names[label! - 1]]).toEqual([1, expect.any(String)]);
      expect(seen).toBeGreaterThanOrEqual(0);
      expect(seen).toBeLessThanOrEqual(1);
    }
    // The last shape lies on top, and each moves
    const last = rows.filter(([, id]) => id === 8);
    expect(last.every((row) => row[8] === 1)).toBe(true);
    const [first, end] = [last[0]!, last[11]!];
    expect(Math.hypot(first[2] - end[2], first[3] - end[3])).toBeGreaterThan(5);
    expect(rows.some((row) => row[8]! < 0.9)).toBe(true);
  });

  it("refuses what cannot be drawn", async () => {
    const draw = (options: object) => generateShapesVideo({ directory: join(folder, "bad"), ...options });
    await expect(draw({ frames: 0 })).rejects.toThrow("frames must be a whole number of at least 1, not 0");
    await expect(draw({ size: 100 })).rejects.toThrow("size must be a whole number of at least 160");
    await expect(draw({ shapes: 300, size: 160 })).rejects.toThrow("300 shapes do not fit into frames of 160 pixels");
  });
});
