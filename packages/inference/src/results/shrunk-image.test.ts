import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDetections } from "@lookonce/geometry";
import { blankImage, readImage } from "@lookonce/image";
import { expect, it, onTestFinished } from "vitest";
import { Results } from "../results.ts";

it("results of an image that was read smaller are in its file's pixels; what is drawn and cut out is in its own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-shrunk-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const image = { ...blankImage({ width: 40, height: 20 }, 10), original: { width: 400, height: 100 } };
  const boxes = makeDetections([100, 25, 300, 75], [0.9], [0]);
  const speed = { preprocess: 0, inference: 0, postprocess: 0 };
  const result = new Results({ path: "a.png", image, boxes, names: ["cat"], speed, inputSize: image });
  expect(result.toJSON()).toMatchObject({ width: 400, height: 100, boxes: [{ x1: 100, y1: 25, x2: 300, y2: 75 }] });
  expect([...result.boxes.xyxyn]).toEqual([0.25, 0.25, 0.75, 0.75]);
  const drawn = await result.plot({ labels: false, lineWidth: 2 });
  const pixel = (x: number, y: number): number[] => [...drawn.data.subarray(3 * (40 * y + x), 3 * (40 * y + x) + 3)];
  expect(pixel(10, 10)).not.toEqual(pixel(20, 10));
  expect(pixel(2, 10)).toEqual(pixel(20, 10));
  const [file = ""] = await result.saveCrop(folder, { gain: 1, pad: 0 });
  expect(await readImage(readFileSync(file))).toMatchObject({ width: 20, height: 10 });
});
