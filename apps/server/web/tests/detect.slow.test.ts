import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Download, describeInBrowser, type Page } from "@lookonce/testing";
import { YOLO } from "@lookonce/yolo";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, documentationImage, dropFiles, sidewaysPixels } from "./test-page.ts";
import { TestSite } from "./test-site.ts";

/** What the library finds in the first image. */
let expected: { name: string; confidence: number }[];

async function addImages(page: Page, images: readonly string[]): Promise<void> {
  await page.setInputFiles("input[type=file]", [...images]);
  await page.locator(".detection").first().waitFor();
}

const countText = (page: Page): Promise<string | null> => page.locator(".findings-head span").textContent();

/** Sets a slider as a person by keyboard would end up. */
async function slide(page: Page, label: string, value: number): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(String(value));
}

async function textOf(download: Download): Promise<string> {
  return readFileSync((await download.path()) as string, "utf8");
}

describeInBrowser("the page, detecting", () => {
  const site = new TestSite();
  beforeAll(async () => {
    const model = await YOLO.load(site.service.model);
    const [result] = await model.predict(site.service.images[0] as string, { conf: 0.05 });
    await model.dispose();
    expected = result?.toJSON().boxes ?? [];
    expect(expected.length).toBeGreaterThan(1);
  });

  it("shows what the library finds in a dropped image, and hides what is less sure than the slider", async () => {
    const page = await site.open();
    const [image = ""] = site.service.images;
    const base64 = readFileSync(image, "base64");
    await dropFiles(page, [{ name: basename(image), type: "image/jpeg", base64 }]);
    await page.locator(".detection").first().waitFor();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    for (const conf of [0.25, 0.5, 0.8, 0.05]) {
      await slide(page, "Confidence", conf);
      const sure = expected.filter(({ confidence }) => confidence >= conf);
      await expect.poll(() => countText(page)).toBe(`${sure.length} of ${expected.length}`);
      expect(await page.locator(".box").count()).toBe(sure.length);
      const shown = await page.locator(".detection").allInnerTexts();
      expect(shown.map((row) => [row.split("\n")[0], row.split("\n").at(-1)])).toEqual(
        [...sure]
          .sort((a, b) => b.confidence - a.confidence)
          .map(({ name, confidence }) => [name, confidence.toFixed(2)]),
      );
    }
    expect(requests).toEqual([]);
  });

  it("draws boxes where the objects are, on the image as large as it is shown", async () => {
    const page = await site.open();
    await addImages(page, site.service.images.slice(0, 1));
    const { width, height } = await sharp(site.service.images[0]).metadata();
    const frame = await page.locator(".frame").boundingBox();
    const drawn = await page.locator(".frame > img").boundingBox();
    expect(drawn?.width).toBeCloseTo(frame?.width ?? 0, 0);
    expect((frame?.width ?? 0) / (frame?.height ?? 1)).toBeCloseTo((width ?? 0) / (height ?? 1), 2);
    const row = page.locator(".detection").first();
    const [, boxWidth = "", x = ""] = /(\d+) × \d+ pixels at (-?\d+)/.exec((await row.textContent()) ?? "") ?? [];
    await row.hover();
    const box = await page.locator(".box.active").boundingBox();
    const scale = (frame?.width ?? 0) / (width ?? 1);
    expect(Math.abs((box?.x ?? 0) - ((frame?.x ?? 0) + Number(x) * scale))).toBeLessThan(2);
    expect(Math.abs((box?.width ?? 0) - Number(boxWidth) * scale)).toBeLessThan(2);
  });

  it("lights a box's row up, and a row's box", async () => {
    const page = await site.open();
    await addImages(page, site.service.images.slice(0, 1));
    await page.locator(".box").last().hover();
    await page.locator(".detection.active").waitFor();
    await page.locator(".detection").first().focus();
    await page.locator(".frame.has-active .box.active").waitFor();
    expect(await page.locator(".box.active").count()).toBe(1);
  });

  it("hides and shows classes", async () => {
    const page = await site.open();
    await addImages(page, site.service.images.slice(0, 1));
    await slide(page, "Confidence", 0.05);
    const chip = page.locator(".chip").first();
    const [, name = "", count = ""] = /^(.*?)(\d+)$/.exec((await chip.textContent()) ?? "") ?? [];
    expect(Number(count)).toBe(expected.filter((box) => box.name === name).length);
    await chip.click();
    await expect.poll(() => countText(page)).toBe(`${expected.length - Number(count)} of ${expected.length}`);
    expect(await page.locator(`.box[data-class="${name}"]`).count()).toBe(0);
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(() => countText(page)).toBe(`${expected.length} of ${expected.length}`);
    await page.getByRole("button", { name: "Hide all" }).click();
    await page.getByText("Nothing with these settings").waitFor();
  });

  it("asks the service again for another overlap, once", async () => {
    const page = await site.open();
    await addImages(page, site.service.images.slice(0, 1));
    const asked: (string | null)[] = [];
    page.on("request", (request) => asked.push(request.postData()));
    const answered = page.waitForResponse((response) => response.url().endsWith("/v1/predict"));
    for (const iou of [0.6, 0.5, 0.4]) await slide(page, "Overlap (IoU)", iou);
    const { images } = (await (await answered).json()) as { images: { boxes: unknown[] }[] };
    await expect.poll(() => countText(page)).toMatch(new RegExp(` of ${images[0]?.boxes.length}$`));
    expect(asked).toHaveLength(1);
  });

  it("saves the image with its boxes, and what was found as JSON", async () => {
    const page = await site.open();
    await addImages(page, site.service.images.slice(0, 1));
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save JSON" }).click();
    const { boxes, width, height } = JSON.parse(await textOf(await saving));
    expect(boxes).toHaveLength(expected.filter(({ confidence }) => confidence >= 0.25).length);
    const drawing = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save image" }).click();
    const file = await drawing;
    expect(file.suggestedFilename()).toMatch(/-boxes\.png$/);
    const { data, info } = await sharp((await file.path()) as string)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    const original = await sharp(site.service.images[0]).raw().toBuffer();
    // On the best box's left edge the image is changed.
    const { x1, y1, y2 } = boxes[0] as { x1: number; y1: number; y2: number };
    const at = (Math.round((y1 + y2) / 2) * info.width + Math.round(x1)) * info.channels;
    const distance = [0, 1, 2].reduce((sum, i) => sum + Math.abs((data[at + i] ?? 0) - (original[at + i] ?? 0)), 0);
    expect(distance).toBeGreaterThan(20);
  });

  it("detects in several images, and says which one it cannot read", async () => {
    const page = await site.open();
    const broken = { name: "broken.jpg", mimeType: "image/jpeg", buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]) };
    await addImages(page, site.service.images);
    await page.locator(".film").nth(1).waitFor();
    await expect.poll(() => page.locator(".film-count").allInnerTexts()).not.toContain("…");
    await page.locator(".film").nth(1).click();
    await page.getByRole("img", { name: basename(site.service.images[1] as string) }).waitFor();
    await page.setInputFiles("input[type=file]", [broken]);
    const notice = page.getByRole("alert");
    await notice.waitFor();
    expect(await notice.textContent()).toMatch(/broken\.jpg|image/i);
    expect(await page.locator(".film-count.failed").count()).toBe(1);
    // The browser says by itself that it cannot show the file and that the service refused it.
    site.forgive();
  });

  it("shows the camera's image live, and lets go of it", async () => {
    const page = await site.open();
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".timing-head").getByText("frames a second").waitFor();
    const drawn = await page.evaluate<number[]>(
      "(() => { const c = document.querySelector('.frame canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return [c.width, new Set(d).size]; })()",
    );
    expect(drawn[0]).toBeGreaterThan(100);
    expect(drawn[1]).toBeGreaterThan(10);
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByRole("heading", { name: "Drop images here" }).waitFor();
  });

  describe.each([
    { theme: "light", width: 1360 },
    { theme: "dark", width: 1360 },
    { theme: "light", width: 360 },
    { theme: "dark", width: 360 },
  ] as const)("$theme, $width pixels wide", ({ theme, width }) => {
    it("can be used by everybody", async () => {
      const page = await site.open("", { colorScheme: theme, viewport: { width, height: 800 } });
      await page.locator("select option[value]").first().waitFor({ state: "attached" });
      expect(await accessibilityFaults(page)).toEqual([]);
      await addImages(page, site.service.images);
      await expect.poll(() => page.locator(".film-count").allInnerTexts()).not.toContain("…");
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await sidewaysPixels(page)).toBe(0);
    });
  });

  it("makes the documentation's images", async () => {
    const [, photograph = ""] = site.service.images;
    for (const [theme, width, height] of [
      ["light", 1360, 850],
      ["dark", 1360, 850],
      ["light", 360, 740],
    ] as const) {
      const page = await site.open("", { colorScheme: theme, viewport: { width, height } });
      await addImages(page, [photograph]);
      // The first answer's timing includes what the model does once.
      await page.getByRole("button", { name: "Clear" }).click();
      await addImages(page, [photograph]);
      await expect.poll(() => page.locator(".stage").getAttribute("aria-busy")).toBe("false");
      await documentationImage(page, `detect-${theme}${width < 600 ? "-narrow" : ""}.jpg`);
      await page.context().close();
    }
  });
});
