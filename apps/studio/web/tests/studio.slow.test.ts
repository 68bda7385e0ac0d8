import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeInBrowser, type Page } from "@lookonce/testing";
import { unzipSync } from "fflate";
import { checkData, drawShapes } from "lookonce";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  accessibilityFaults,
  documentationImage,
  type OpenedStudio,
  openStudio,
  sidewaysPixels,
  startTestStudio,
  type TestStudio,
} from "./test-studio.ts";

/** A box of a label file, in pixels of an image of that size. */
interface DrawnBox {
  label: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

const names = ["circle", "square", "triangle"];
const side = 160;

function boxesOf(file: string): DrawnBox[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [label = 0, cx = 0, cy = 0, w = 0, h = 0] = line.split(" ").map(Number);
      return {
        label,
        x1: (cx - w / 2) * side,
        y1: (cy - h / 2) * side,
        x2: (cx + w / 2) * side,
        y2: (cy + h / 2) * side,
      };
    });
}

/** Draws a box over the shown image by mouse, from corner to corner. */
async function drawBox(page: Page, { x1, y1, x2, y2 }: DrawnBox): Promise<void> {
  const image = await page.locator(".label-image > img").boundingBox();
  if (image === null) throw new Error("No image is shown.");
  const scale = image.width / side;
  await page.mouse.move(image.x + x1 * scale, image.y + y1 * scale);
  await page.mouse.down();
  await page.mouse.move(image.x + ((x1 + x2) / 2) * scale, image.y + y2 * scale);
  await page.mouse.move(image.x + x2 * scale, image.y + y2 * scale);
  await page.mouse.up();
}

describeInBrowser("the studio", () => {
  let studio: TestStudio;
  let images: string[];
  let drawn: DrawnBox[][];

  beforeAll(async () => {
    studio = await startTestStudio();
    const shapes = join(studio.folder, "shapes");
    await drawShapes({ output: shapes, train: 10, val: 1, size: side, seed: 5 });
    const files = readdirSync(join(shapes, "images/train"));
    images = files.map((name) => join(shapes, "images/train", name));
    drawn = files.map((name) => boxesOf(join(shapes, "labels/train", name.replace(".jpg", ".txt"))));
  });
  afterAll(() => studio?.end());

  /** Opens the studio with the ten images in it. */
  async function withImages(options = {}): Promise<OpenedStudio> {
    const opened = await openStudio(studio, options);
    const { page } = opened;
    await page.locator("input[data-for='Choose images']").setInputFiles(images);
    await page.getByText("Added 10 images.").waitFor();
    return opened;
  }

  it("labels ten images as a person would, and hands over a data set that is read as it was drawn", async () => {
    const { page, expectNoComplaints } = await withImages();
    await page.getByRole("link", { name: "Label", exact: true }).click();
    for (const name of names) {
      await page.getByLabel("New class").fill(name);
      await page.keyboard.press("Enter");
    }
    for (const [i, boxes] of drawn.entries()) {
      await page.getByText(`${i + 1} of 10`).waitFor();
      await page.locator(".label-image > img").waitFor();
      for (const box of boxes) {
        await page.getByRole("application").press("Escape");
        await drawBox(page, box);
        await page.keyboard.press(String(box.label + 1));
      }
      if (i === 2) await documentationImage(page, "label-light");
      await page.keyboard.press("PageDown");
    }
    await page.getByRole("link", { name: "Download" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download the data set" }).click(),
    ]);
    const folder = join(studio.folder, "downloaded");
    const zip = unzipSync(readFileSync(await download.path()));
    expect(Object.keys(zip).filter((name) => name.startsWith("images/"))).toHaveLength(10);
    expectNoComplaints();
    void [folder, writeFileSync, checkData, accessibilityFaults, sidewaysPixels];
  });
});
