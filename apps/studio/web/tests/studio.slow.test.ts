import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Dataset } from "@lookonce/data";
import { describeInBrowser, type Page } from "@lookonce/testing";
import { drawShapes } from "@lookonce/yolo";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { boxesOf, type DrawnBox, downloaded, labelImages, side } from "./test-labels.ts";
import {
  accessibilityFaults,
  documentationImage,
  type OpenedStudio,
  openStudio,
  sidewaysPixels,
  startTestStudio,
  type TestStudio,
} from "./test-studio.ts";

describeInBrowser("the studio", () => {
  let studio: TestStudio;
  let names: readonly string[];
  let images: string[];
  let drawn: DrawnBox[][];

  beforeAll(async () => {
    studio = await startTestStudio();
    const shapes = join(studio.folder, "shapes");
    ({ names } = await drawShapes({ output: shapes, train: 10, val: 1, size: side, seed: 5 }));
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

  /** The boxes of an image as the page shows them, in pixels. */
  async function shownBoxes(page: Page): Promise<string[]> {
    return page.locator(".box-row .small").allTextContents();
  }

  it("labels ten images as a person would, and hands over a data set that is read as it was drawn", async () => {
    const { page, expectNoComplaints } = await withImages();
    await labelImages(page, {
      names,
      drawn,
      onImage: (i) => (i === 2 ? documentationImage(page, "label-light") : undefined),
    });
    await page.getByRole("link", { name: "Check" }).click();
    await page.getByText("Training: 8 images").waitFor();
    await page.getByText("Validation: 2 images").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await documentationImage(page, "check-light");
    const zip = await downloaded(page, "Download the data set", studio.folder);
    const folder = join(studio.folder, "downloaded");
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const read = await Promise.all(
      ["train", "val"].map((split) => Dataset.open({ yaml: join(folder, "data.yaml"), split })),
    );
    expect(read.map(({ entries }) => entries.length)).toEqual([8, 2]);
    for (const { path, classes, boxes } of read.flatMap(({ entries }) => entries)) {
      const expected = drawn[images.findIndex((image) => basename(image) === basename(path))] ?? [];
      expect([...classes]).toEqual(expected.map(({ label }) => label));
      for (const [row, { x1, x2, y1, y2 }] of expected.entries()) {
        const pixels = [...boxes.subarray(row * 4, row * 4 + 4)].map((value) => value * side);
        const off = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((value, k) =>
          Math.abs(value - (pixels[k] ?? 0)),
        );
        // The mouse stops at whole pixels of the screen, about a quarter of the image's
        expect(Math.max(...off)).toBeLessThan(0.6);
      }
    }
    const coco = JSON.parse(readFileSync(await downloaded(page, "Download COCO labels", studio.folder), "utf8"));
    expect(coco.annotations).toHaveLength(drawn.flat().length);
    expect(await accessibilityFaults(page)).toEqual([]);
    expectNoComplaints();
    await page.context().close();

    const second = await openStudio(studio);
    await second.page.locator("input[data-for='Choose images']").setInputFiles(zip);
    await second.page.getByText(`Added 10 images with ${drawn.flat().length} boxes.`).waitFor();
    await second.page.getByText("Labeled 10").waitFor();
    second.expectNoComplaints();
    await second.page.context().close();
  });

  it("is used by keyboard alone, and undoes everything", async () => {
    const { page, expectNoComplaints } = await withImages({ colorScheme: "dark" });
    await documentationImage(page, "images-dark");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`${studio.url}#/label`);
    const stage = page.getByRole("application");
    await stage.waitFor();
    await page.locator(".label-image > img").waitFor();
    await page.keyboard.press("b");
    expect(await shownBoxes(page)).toEqual(["32 × 32"]);
    for (let i = 0; i < 3; i++) await page.keyboard.press("Alt+Shift+ArrowRight");
    expect(await shownBoxes(page)).toEqual(["62 × 32"]);
    await page.keyboard.press("b");
    await page.keyboard.press("Delete");
    await page.keyboard.press("n");
    await page.getByLabel("New class").fill("ring");
    await page.keyboard.press("Enter");
    expect(await page.getByLabel("Class of box 1").locator("option:checked").textContent()).toBe("ring");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("Name of ring").fill("object");
    await page.getByLabel("Name of ring").press("Enter");
    await page.getByLabel("Name of object").waitFor();
    expect(await page.getByLabel(/^Name of/).count()).toBe(1);
    // The merged class, its boxes, the removed box, and the first steps come back, one press each
    await stage.focus();
    await page.keyboard.press("Control+z");
    await page.getByLabel("Name of ring").waitFor();
    for (let i = 0; i < 2; i++) await page.keyboard.press("Control+z");
    await page.getByLabel("Name of ring").waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    expect(await shownBoxes(page)).toEqual(["62 × 32", "32 × 32"]);
    for (let i = 0; i < 2; i++) await page.keyboard.press("Control+z");
    expect(await shownBoxes(page)).toEqual(["32 × 32"]);
    await page.keyboard.press("Control+z");
    expect(await shownBoxes(page)).toEqual([]);
    await page.keyboard.press("Control+Shift+z");
    expect(await shownBoxes(page)).toEqual(["32 × 32"]);
    await page.getByRole("link", { name: "Images", exact: true }).click();
    await page.getByLabel("Choose 00003.jpg").check();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByText("All 9").waitFor();
    await page.keyboard.press("Control+z");
    await page.getByText("All 10").waitFor();
    expectNoComplaints();
    await page.context().close();
  });

  it("shows proposals apart from labels, and makes labels of those that are accepted or corrected", async () => {
    const { page, expectNoComplaints } = await openStudio(studio);
    const found = "0 0.2 0.25 0.25 0.3 0.9\n1 0.5 0.5 0.25 0.3 0.7\n0 0.8 0.75 0.25 0.3 0.5\n";
    const yaml = "names: [circle, square]\n";
    await page.locator("input[data-for='Choose images']").setInputFiles([
      { name: "00000.jpg", mimeType: "image/jpeg", buffer: readFileSync(images[0] as string) },
      { name: "00000.txt", mimeType: "text/plain", buffer: Buffer.from(found) },
      { name: "data.yaml", mimeType: "text/plain", buffer: Buffer.from(yaml) },
    ]);
    await page.getByText("3 proposed").waitFor();
    await page.getByRole("radio", { name: "To check 1" }).check();
    await page.getByRole("link", { name: /00000.jpg/ }).click();
    await page.locator(".mark-box.proposed").nth(2).waitFor();
    await documentationImage(page, "proposals-light");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("n");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".mark-box.proposed").count()).toBe(2);
    await page.keyboard.press("n");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.locator(".mark-box.proposed").count()).toBe(1);
    await page.getByRole("button", { name: "Reject all" }).click();
    expect(await page.locator(".mark-box").count()).toBe(2);
    expectNoComplaints();
    await page.context().close();
  });

  it("works at the width of a phone, by touch", async () => {
    const { page, expectNoComplaints } = await withImages({
      ...{ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
    });
    expect(await sidewaysPixels(page)).toBe(0);
    await page.getByRole("link", { name: "Label", exact: true }).tap();
    await page.locator(".label-image > img").waitFor();
    const { x = 0, y = 0 } = (await page.locator(".label-image > img").boundingBox()) ?? {};
    const finger = await page.context().newCDPSession(page);
    const touch = (type: string, ...points: number[][]) =>
      finger.send("Input.dispatchTouchEvent", {
        type: type as "touchStart",
        touchPoints: points.map(([dx = 0, dy = 0], id) => ({ x: x + dx, y: y + dy, id })),
      });
    await touch("touchStart", [20, 20]);
    await touch("touchMove", [60, 70]);
    await touch("touchMove", [120, 130]);
    await touch("touchEnd");
    await page.locator(".mark-box.selected").waitFor();
    const before = await page.locator(".label-image").boundingBox();
    await touch("touchStart", [60, 60], [120, 120]);
    await touch("touchMove", [50, 50], [130, 130]);
    await touch("touchMove", [30, 30], [150, 150]);
    await touch("touchEnd");
    const after = await page.locator(".label-image").boundingBox();
    expect((after?.width ?? 0) / (before?.width ?? 1)).toBeCloseTo(2, 0);
    expect(await page.locator(".mark-box").count()).toBe(1);
    await page.getByRole("button", { name: "Show the whole image" }).tap();
    await documentationImage(page, "label-phone");
    for (const view of ["label", "check", "download"]) {
      await page.goto(`${studio.url}#/${view}`);
      expect(await sidewaysPixels(page), view).toBe(0);
      expect(await accessibilityFaults(page), view).toEqual([]);
    }
    expectNoComplaints();
    await page.context().close();
  });

  it("keeps what was labeled, works without a network, and in one tab at a time", async () => {
    const { page, expectNoComplaints } = await withImages();
    await page.goto(`${studio.url}#/label`);
    await page.locator(".label-image > img").waitFor();
    await page.keyboard.press("b");
    await page.getByText("Saved", { exact: true }).waitFor();
    await page.getByText("The page also works offline.").waitFor();
    const other = await page.context().newPage();
    await other.goto(studio.url);
    await other.getByText("The studio is open in another tab").waitFor();
    await other.close();
    await page.context().setOffline(true);
    await page.reload();
    await page.locator(".mark-box").waitFor();
    await page.locator(".label-image > img").waitFor();
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    await page.getByRole("link", { name: "Images", exact: true }).click();
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".camera-place video").waitFor();
    await page.getByRole("button", { name: "Add a photo" }).click();
    await page.getByText("1 added").waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("All 11").waitFor();
    expectNoComplaints();
    await page.context().close();
  });

  it("reads the pixels of those of 200 images that are in sight", async () => {
    const { page, expectNoComplaints } = await openStudio(studio);
    expect(await accessibilityFaults(page)).toEqual([]);
    const bytes = readFileSync(images[0] as string);
    const files = Array.from({ length: 200 }, (_, i) => ({ name: `${i}.jpg`, mimeType: "image/jpeg", buffer: bytes }));
    await page.locator("input[data-for='Choose images']").setInputFiles(files);
    await page.getByText("Added 200 images.").waitFor({ timeout: 60_000 });
    const shown = await page.locator(".tile img").count();
    expect(shown).toBeGreaterThan(5);
    expect(shown).toBeLessThan(100);
    await page.getByLabel("Choose 199.jpg").scrollIntoViewIfNeeded();
    await page.locator(".tile").last().locator("img").waitFor();
    expectNoComplaints();
    await page.context().close();
  });
});
