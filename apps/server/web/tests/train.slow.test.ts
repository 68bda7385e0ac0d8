import { cpSync } from "node:fs";
import { join } from "node:path";
import { describeInBrowser, type Page } from "@lookonce/testing";
import { drawShapes } from "@lookonce/yolo";
import { runQuickstart } from "@lookonce/yolo/demos";
import { expect, it } from "vitest";
import { accessibilityFaults, documentationImage, openPage, sidewaysPixels } from "./test-page.ts";
import { busyQueue } from "./test-queue.ts";
import { TestSite } from "./test-site.ts";

interface Training {
  epochs: number;
  batch?: number;
  imgsz?: number;
  lr0?: number;
  model?: string;
  data?: string;
}

/** Fills the form and starts a training. */
async function start(page: Page, { epochs, lr0, ...rest }: Training): Promise<void> {
  const { batch = 8, imgsz = 64, model = "tiny.yaml", data = "shapes/shapes" } = rest;
  const form = page.getByRole("form", { name: "New training" });
  await form.getByRole("combobox", { name: /^Model/ }).selectOption("another");
  await form.getByLabel("Name of the file").fill(model);
  await form.getByLabel("Data set").selectOption(data);
  await form.getByLabel("Epochs", { exact: true }).fill(String(epochs));
  await form.getByLabel("Image size").fill(String(imgsz));
  await form.getByLabel("Batch").fill(String(batch));
  await form.getByText("More", { exact: true }).click();
  if (lr0 !== undefined) {
    await form.getByLabel("Optimizer").selectOption("AdamW");
    await form.getByLabel("Learning rate").fill(String(lr0));
  }
  // Programs of threads within a program that vitest bundled are not there.
  await form.getByLabel("Reading threads").fill("0");
  await form.getByRole("button", { name: "Start training" }).click();
}

/** The state of the job that is shown. */
const state = (page: Page): Promise<string | null> => page.locator(".job-head .state-chip").textContent();

/** What a chart says to those who do not see it. */
const chart = (page: Page, title: string) => page.getByRole("group", { name: new RegExp(`^${title}\\.`) });

describeInBrowser("the page, training", () => {
  const site = new TestSite();

  it("says what there is before the first training", async () => {
    const page = await site.open("#/train");
    await page.getByRole("heading", { name: "No training yet" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("link", { name: "Runs" }).click();
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("starts a training, shows its curves as they grow, and its end", async () => {
    const page = await site.open("#/train");
    await start(page, { epochs: 4 });
    await page.locator(".job-head .state-chip[data-state=running]").waitFor();
    await expect
      .poll(() => chart(page, "Loss by batch").getAttribute("aria-label"), { timeout: 120_000 })
      .toMatch(/batch \d/);
    await expect
      .poll(() => chart(page, "Average precision").getAttribute("aria-label"), { timeout: 120_000 })
      .toMatch(/epoch [1-4]/);
    await expect.poll(() => state(page), { timeout: 180_000 }).toBe("done");
    for (const title of ["Average precision", "Precision and recall", "Box loss", "Class loss", "Learning rate"]) {
      await expect.poll(() => chart(page, title).getAttribute("aria-label")).toMatch(/at epoch 4/);
    }
    // Arrow keys read the curves.
    await chart(page, "Box loss").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => chart(page, "Box loss").locator("output").textContent()).toMatch(/^epoch 3: training /);
    await page.getByRole("heading", { name: "Images" }).waitFor();
    const image = page.locator(".images button", { hasText: "Training batch 0" });
    await image.locator("img").waitFor();
    await image.click();
    await page.locator(".lightbox img").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".log").textContent()).not.toBe("");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("loads what was learned", async () => {
    const page = await site.open("#/train");
    await page.getByRole("button", { name: "Load the best weights" }).click();
    await page.getByRole("article", { name: "train" }).waitFor();
    await page.getByRole("button", { name: "Unload train" }).click();
    await expect.poll(() => page.getByRole("button", { name: "Unload train" }).count()).toBe(0);
  });

  it("cancels a training after asking", async () => {
    const page = await site.open("#/train");
    await start(page, { epochs: 5000 });
    await page.locator(".state-chip[data-state=running]").first().waitFor({ timeout: 120_000 });
    await expect
      .poll(() => chart(page, "Loss by batch").getAttribute("aria-label"), { timeout: 120_000 })
      .toMatch(/batch \d/);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Really cancel?" }).click();
    await expect.poll(() => state(page), { timeout: 120_000 }).toBe("canceled");
  });

  it("resumes the stream of events where it broke", async () => {
    const page = await site.open("#/train");
    const asked = new Map<string, (string | undefined)[]>();
    // The connection is cut after each of a job's first two answers, as a proxy does that waits no longer.
    await page.route("**/events", async (route) => {
      const request = route.request();
      const times = asked.get(request.url()) ?? [];
      asked.set(request.url(), [...times, (await request.headerValue("last-event-id")) ?? undefined]);
      if (times.length === 2) return route.continue();
      const number = times.length + 1;
      await route.fulfill({
        contentType: "text/event-stream",
        body: `id: ${number * 2}\nevent: log\ndata: {"message":"line ${number}"}\n\n`,
      });
    });
    await start(page, { epochs: 2 });
    await expect.poll(() => [...asked.values()].at(-1), { timeout: 60_000 }).toEqual([undefined, "2", "4"]);
    await expect.poll(() => state(page), { timeout: 180_000 }).toBe("done");
  });

  it("says the service's sentence when a training cannot be started", async () => {
    const page = await site.open("#/train");
    await page.route("**/v1/jobs", (route) =>
      route.request().method() === "POST"
        ? route.fulfill({
            status: 429,
            headers: { "retry-after": "30" },
            json: { error: { code: "FULL", message: "100 jobs wait already." } },
          })
        : route.continue(),
    );
    await start(page, { epochs: 1 });
    await page.getByRole("alert").getByText("100 jobs wait already. Try again in 30 seconds.").waitFor();
    site.forgive();
  });

  it("shows the queue, its machines and why jobs failed, and has them tried again", async () => {
    const shown = { light: 1360, dark: 360 } as const;
    for (const [colorScheme, width] of Object.entries(shown) as ["light" | "dark", number][]) {
      const { page, complaints } = await openPage(site.browser, {
        ...{ url: `${site.service.url}/#/train`, colorScheme, viewport: { width, height: 1000 } },
      });
      // This service has none.
      await page.getByRole("link", { name: "Train", exact: true }).waitFor();
      expect(await page.getByRole("link", { name: "Queue", exact: true }).count()).toBe(0);
      const asked: string[] = [];
      await page.route("**/v1/queue", (route) => route.fulfill({ json: busyQueue }));
      await page.route(/\/(retry|cancel)$/, (route) => {
        asked.push(new URL(route.request().url()).pathname);
        return route.fulfill({ status: 202, json: {} });
      });
      await page.goto(`${site.service.url}/#/queue`);
      await page.reload();
      await page.getByRole("link", { name: "Queue", exact: true }).waitFor();
      const machine = page.getByRole("article", { name: "gpu-rack-1" });
      await machine.getByText("train yolov8n.pt on street/street").waitFor();
      expect(await machine.getByRole("row").count()).toBe(4);
      await page.getByText("street.yaml names no images for val.").waitFor();
      expect(await sidewaysPixels(page)).toBe(0);
      await page.getByRole("button", { name: "Retry val best.pt on street/street" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Cancel Prediction predict-street, part 8 of 40" }).click();
      await expect.poll(() => asked).toEqual(["/v1/jobs/11/retry", "/v1/queue/runs/predict-street/cancel"]);
      expect(await accessibilityFaults(page)).toEqual([]);
      if (colorScheme === "light") await documentationImage(page, "queue-light.png");
      await page.getByRole("link", { name: "train yolov8n.pt on street/street" }).click();
      await page.getByRole("form", { name: "New training" }).waitFor();
      expect(page.url()).toMatch(/#\/train\/12$/);
      // Job 12 is the fixture's alone: the browser reports that the service knows none.
      expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
      await page.context().close();
    }
  });

  it("compares runs: curves, settings, images", async () => {
    const page = await site.open("#/runs");
    await page.getByRole("checkbox").first().waitFor();
    const names = await page.locator(".run-name").allTextContents();
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of ["train", names.find((other) => other !== "train") ?? ""]) {
      await page.getByRole("checkbox", { name: `Show ${name}`, exact: true }).check();
    }
    const map = chart(page, "mAP50");
    await map.waitFor();
    await expect.poll(async () => (await map.locator(".line, svg > circle").count()) > 1).toBe(true);
    await page.getByRole("heading", { name: "What was set differently" }).waitFor();
    expect(await page.locator(".args-table").textContent()).toMatch(/epochs/);
    expect(await accessibilityFaults(page)).toEqual([]);
    // A comparison has an address.
    const again = await openPage(site.browser, {
      url: page.url(),
      viewport: { width: 360, height: 740 },
      colorScheme: "dark",
    });
    await chart(again.page, "mAP50").waitFor();
    expect(await sidewaysPixels(again.page)).toBe(0);
    expect(await accessibilityFaults(again.page)).toEqual([]);
    await again.page.context().close();
  });

  it.runIf(process.env.LOOKONCE_SCREENSHOTS === "1")("makes the documentation's images", async () => {
    // Detectors that learn take a few minutes: these are trained for the images alone, with the quickstart's model.
    const settings = { train: 8, val: 4, epochs: 1 };
    const { directory } = await runQuickstart({ directory: join(site.service.folder, "quickstart"), settings });
    await drawShapes({ output: join(site.service.folder, "data", "colored-shapes"), train: 320, val: 80 });
    cpSync(join(directory, "yolov8t-shapes.yaml"), join(site.service.folder, "models", "yolov8t-shapes.yaml"));
    const page = await site.open("#/train", { colorScheme: "dark", viewport: { width: 1360, height: 960 } });
    const training = {
      model: "yolov8t-shapes.yaml",
      data: "colored-shapes/shapes",
      epochs: 14,
      batch: 8,
      imgsz: 160,
      lr0: 0.006,
    };
    await start(page, training);
    await expect
      .poll(() => chart(page, "Average precision").getAttribute("aria-label"), { timeout: 800_000 })
      .toMatch(/epoch 9/);
    await documentationImage(page, "train-dark.png");
    await expect.poll(() => state(page), { timeout: 800_000 }).toBe("done");
    await page.reload();
    await start(page, { ...training, lr0: 0.001 });
    await expect.poll(() => state(page), { timeout: 30_000 }).not.toBe("done");
    await expect.poll(() => state(page), { timeout: 800_000 }).toBe("done");
    await page.context().close();
    const runs = await site.open("#/runs", { viewport: { width: 1360, height: 960 } });
    await runs.locator(".run-name").first().waitFor();
    const names = await runs.locator(".run-name").allTextContents();
    await runs.goto(`${site.service.url}/#/runs/${names.slice(0, 2).join(",")}`);
    await chart(runs, "mAP50").waitFor();
    await documentationImage(runs, "runs-light.png");
  });
});
