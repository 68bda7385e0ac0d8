import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@lookonce/testing";

/** A box of a label file, in pixels of an image of that size. */
export interface DrawnBox {
  label: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Pixels of the images' sides. */
export const side = 160;

export function boxesOf(file: string): DrawnBox[] {
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

/** Names the classes and draws all boxes of the images, which are in the same order, by mouse and keys. */
export async function labelImages(
  page: Page,
  {
    names,
    drawn,
    onImage = () => undefined,
  }: {
    names: readonly string[];
    drawn: readonly (readonly DrawnBox[])[];
    /** Called when the boxes of an image are drawn, with its number. */
    onImage?: (i: number) => Promise<void> | undefined;
  },
): Promise<void> {
  await page.getByRole("link", { name: "Label", exact: true }).click();
  for (const name of names) {
    await page.getByLabel("New class").fill(name);
    await page.keyboard.press("Enter");
  }
  for (const [i, boxes] of drawn.entries()) {
    await page.getByText(`${i + 1} of ${drawn.length}`).waitFor();
    await page.locator(".label-image > img").waitFor();
    for (const box of boxes) {
      await page.getByRole("application").press("Escape");
      await drawBox(page, box);
      await page.keyboard.press(String(box.label + 1));
    }
    await onImage(i);
    if (i < drawn.length - 1) await page.keyboard.press("PageDown");
  }
}

/** Downloads what a button of the view Download hands over; returns the file's path. */
export async function downloaded(page: Page, button: string, folder: string): Promise<string> {
  await page.getByRole("link", { name: "Download" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}
