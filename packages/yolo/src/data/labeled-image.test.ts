import { join } from "node:path";
import { Dataset, type DatasetEntry, generateShapes } from "@lookonce/data";
import { expect, it } from "vitest";
import { temporaryFolder } from "../test-model.ts";
import { labeledImage } from "./labeled-image.ts";

const folder = temporaryFolder();

it("labeledImage has the labels' corners in pixels", async () => {
  const { yaml } = await generateShapes({ directory: join(folder, "shapes"), train: 1, val: 1, size: 64 });
  const { entries } = await Dataset.open({ yaml, split: "train" });
  const entry = entries[0] as DatasetEntry;
  const { image, boxes = [], classes, caption } = await labeledImage(entry, "boxes");
  const [x, y, width, height] = entry.boxes as unknown as [number, number, number, number];
  expect([image.width, image.height]).toEqual([64, 64]);
  expect(caption).toMatch(/\.(png|jpg)$/);
  expect(classes).toEqual(entry.classes);
  const corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2].map((side) => 64 * side);
  for (const [i, corner] of corners.entries()) expect(boxes[i]).toBeCloseTo(corner, 4);
});

it.each(["polygons", "keypoints", "rotated"] as const)(
  "labeledImage has %s in pixels, within their box",
  async (labels) => {
    const { yaml } = await generateShapes({ directory: join(folder, labels), train: 1, val: 1, size: 64, labels });
    const { entries } = await Dataset.open({ yaml, split: "train", labels });
    const shown = await labeledImage(entries[0] as DatasetEntry, labels);
    const { boxes = new Float32Array(0), classes = [] } = shown;
    expect(classes.length).toBeGreaterThan(0);
    const pointsOf = {
      polygons: (row: number): ArrayLike<number> => shown.masks?.[row]?.[0] ?? [],
      rotated: (row: number): ArrayLike<number> => shown.rotated?.subarray(row * 8, row * 8 + 8) ?? [],
      keypoints(row: number): ArrayLike<number> {
        const { data = new Float32Array(0), shape: [count] = [0, 3] } = shown.keypoints ?? {};
        const own = data.subarray(row * count * 3, (row + 1) * count * 3);
        // Points that are not labeled are at 0, 0
        return own.filter((_, i) => i % 3 < 2 && own[i - (i % 3) + 2] !== 0);
      },
    };
    for (let row = 0; row < classes.length; row++) {
      const points = Array.from(pointsOf[labels](row));
      expect(points.length).toBeGreaterThan(0);
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(row * 4, row * 4 + 4);
      const isInside = points.map((value, i) =>
        i % 2 === 0 ? value > x1 - 1 && value < x2 + 1 : value > y1 - 1 && value < y2 + 1,
      );
      expect(isInside).not.toContain(false);
      // It is the box around them, but for keypoints, which need not be at its edges
      if (labels === "polygons") expect(Math.min(...points.filter((_, i) => i % 2 === 0))).toBeCloseTo(x1, 0);
    }
  },
);
