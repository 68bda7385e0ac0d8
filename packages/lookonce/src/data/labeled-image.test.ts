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
  const { image, boxes = [], classes, caption } = await labeledImage(entry);
  const [x, y, width, height] = entry.boxes as unknown as [number, number, number, number];
  expect([image.width, image.height]).toEqual([64, 64]);
  expect(caption).toMatch(/\.(png|jpg)$/);
  expect(classes).toEqual(entry.classes);
  const corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2].map((side) => 64 * side);
  for (const [i, corner] of corners.entries()) expect(boxes[i]).toBeCloseTo(corner, 4);
});
