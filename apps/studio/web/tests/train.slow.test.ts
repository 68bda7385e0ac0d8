import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeInBrowser, type Page } from "@lookonce/testing";
import { drawShapes, YOLO } from "@lookonce/yolo";
import { afterAll, beforeAll, expect, it } from "vitest";
import { boxesOf, downloaded, labelImages, side } from "./test-labels.ts";
import {
  accessibilityFaults,
  documentationImage,
  openStudio,
  sidewaysPixels,
  startTestStudio,
  type TestStudio,
} from "./test-studio.ts";

/** A box as the view Try shows it, in pixels of the image. */
interface ShownBox {
  name: string;
  confidence: number;
  corners: number[];
}

/** The boxes that lie over the shown image, the best first. */
async function shownBoxes(page: Page): Promise<ShownBox[]> {
  const boxes = await page.evaluate<{ name: string; text: string; percents: number[] }[]>(
    `[...document.querySelectorAll(".detect .box")].map((box) => ({
      name: box.dataset.class,
      text: box.querySelector("b").textContent,
      percents: ["left", "top", "width", "height"].map((side) => parseFloat(box.style[side])),
    }))`,
  );
  return boxes
    .map(({ name, text, percents }) => {
      const [x = 0, y = 0, width = 0, height = 0] = percents.map((percent) => (percent * side) / 100);
      return { name, confidence: Number(text), corners: [x, y, x + width, y + height] };
    })
    .sort((a, b) => b.confidence - a.confidence);
}

/** The pixels of an image as the browser decodes them, as PNG: Node decodes JPEG to other roundings. */
async function asPng(page: Page, file: string): Promise<Buffer> {
  const bytes = readFileSync(file).toString("base64");
  const encoded = await page.evaluate<string>(`(async () => {
    const bytes = Uint8Array.from(atob("${bytes}"), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.toDataURL("image/png").split(",")[1];
  })()`);
  return Buffer.from(encoded, "base64");
}

/** A detector of shapes, which comes with the package. */
const sample = fileURLToPath(new URL("../../../../packages/yolo/samples/yolov8t-shapes.safetensors", import.meta.url));

describeInBrowser("training in the studio", () => {
  let studio: TestStudio;
  let names: readonly string[];
  let images: string[];
  let labels: string[];
  let other: string;

  beforeAll(async () => {
    studio = await startTestStudio();
    const shapes = join(studio.folder, "shapes");
    ({ names } = await drawShapes({ output: shapes, train: 10, val: 1, size: side, seed: 5 }));
    const files = readdirSync(join(shapes, "images/train"));
    images = files.map((name) => join(shapes, "images/train", name));
    labels = files.map((name) => join(shapes, "labels/train", name.replace(".jpg", ".txt")));
    other = join(shapes, "images/val/00000.jpg");
  });
  afterAll(() => studio?.end());

  it("labels, trains, resumes after the tab was closed and without a network, detects, proposes, and exports to Node", async () => {
    const { page, expectNoComplaints } = await openStudio(studio);
    page.setDefaultTimeout(60_000);
    await page.locator("input[data-for='Choose images']").setInputFiles(images);
    await page.getByText("Added 10 images.").waitFor();
    await labelImages(page, { names, drawn: labels.map(boxesOf) });

    await page.getByRole("link", { name: "Train", exact: true }).click();
    await page.locator(".job-form input[type=file]").setInputFiles(sample);
    await page.getByLabel("Start from").getByText("yolov8t-shapes").waitFor({ state: "attached" });
    await page.getByLabel("Epochs").fill("6");
    await page.getByLabel("Batch").fill("4");
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Learning rate").fill("0.002");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByText("The page also works offline.").waitFor();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByText("Epoch 2 of 6 · batch").waitFor();
    // As if the tab was closed and the network was gone
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText("mAP50").first().waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Epoch 3 of 6").waitFor();
    await page
      .getByText(/\d objects?/)
      .first()
      .waitFor();
    await page.locator(".run-list").getByText("finished", { exact: true }).waitFor();
    const rows = (await page.locator(".chart-area").first().getAttribute("aria-label")) ?? "";
    expect(rows).toContain("at epoch 6");
    expect(await accessibilityFaults(page)).toEqual([]);
    await documentationImage(page, "train-light");
    await page.setViewportSize({ width: 360, height: 740 });
    // Charts follow the width a moment later
    await expect.poll(() => sidewaysPixels(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 820 });
    await page.context().setOffline(false);

    const png = await asPng(page, images[1] as string);
    const file = join(studio.folder, "one.png");
    writeFileSync(file, png);
    await page.getByRole("link", { name: "Try them" }).click();
    await page.locator(".detect-main input[type=file]").first().setInputFiles(file);
    await page.getByText(/^Found /).waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await documentationImage(page, "try-dark");
    await page.getByRole("slider", { name: "Confidence" }).press("Home");
    const shown = await shownBoxes(page);
    expect(shown.length).toBeGreaterThan(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByText(/images a second/).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.emulateMedia({ colorScheme: "light" });

    await page.getByRole("link", { name: "Images", exact: true }).click();
    await page.locator("input[data-for='Choose images']").setInputFiles(other);
    await page.getByText("All 11").waitFor();
    await page.getByRole("link", { name: "Label", exact: true }).click();
    await page.getByRole("slider", { name: "Least confidence" }).press("Home");
    await page.getByRole("button", { name: "Propose boxes" }).click();
    await page.getByText(/boxe?s? proposed|Nothing new/).waitFor();
    const proposed = await page.locator(".mark-box.proposed").count();
    expect(await page.getByText(`${proposed} ${proposed === 1 ? "box" : "boxes"} proposed.`).count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);

    const onnx = await downloaded(page, "Download ONNX", studio.folder);
    const weights = await downloaded(page, "Download weights", studio.folder);
    expect(await accessibilityFaults(page)).toEqual([]);
    for (const model of [onnx, weights]) {
      const yolo = await YOLO.load(model);
      const [found] = await yolo.predict(file, { conf: 0.005 });
      const boxes = found?.toJSON().boxes ?? [];
      for (const { name, confidence, corners } of shown) {
        const same = boxes.find(
          (box) =>
            box.name === name &&
            Math.abs(box.confidence - confidence) <= 0.01 &&
            [box.x1, box.y1, box.x2, box.y2].every((value, k) => Math.abs(value - (corners[k] ?? 0)) <= 2),
        );
        expect(same, `${name} ${confidence} at ${corners} in ${model}`).toBeDefined();
      }
      expect(boxes.filter(({ confidence }) => confidence > 0.02).length).toBeLessThanOrEqual(shown.length);
      await yolo.dispose();
    }

    await page.goto(`${studio.url}#/train`);
    const session = await page.context().newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(studio.url).origin, quotaSize: 1 });
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByText("The browser's storage for this page is full.").waitFor();
    await page.locator(".run-list").getByText("Training 1").waitFor();
    expectNoComplaints();
    await page.context().close();
  });
});
