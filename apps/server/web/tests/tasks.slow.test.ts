import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describeInBrowser, hasShared, type Page, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { documentationImage } from "./test-page.ts";
import { startTestService } from "./test-service.ts";
import { TestSite } from "./test-site.ts";

const tasks = ["segment", "pose", "obb", "classify"] as const;
type TaskName = (typeof tasks)[number];

const golden = (task: TaskName, file: string): string => sharedPath(`golden/tasks/e2e/${task}/${file}`);

/** An image of a task's data set. */
const imageOf: Readonly<Record<TaskName, string>> = {
  segment: golden("segment", "dataset/images/val/000.png"),
  pose: golden("pose", "dataset/images/val/000.png"),
  obb: golden("obb", "dataset/images/val/000.png"),
  classify: golden("classify", "dataset/val"),
};

const ready = tasks.every((task) => hasShared(`golden/tasks/e2e/${task}/model.pt`));

/** Copies the models of the golden cases to a folder. */
function copyModels(folder: string): string[] {
  return tasks.map((task) => {
    const file = join(folder, `${task}.pt`);
    copyFileSync(golden(task, "model.pt"), file);
    return file;
  });
}

/** Opens the page, chooses a task's model and adds an image. */
async function show(site: TestSite, task: TaskName, image: string): Promise<Page> {
  const page = await site.open();
  await page.getByRole("combobox", { name: /^Model/ }).selectOption(task);
  await page.setInputFiles("input[type=file]", [image]);
  // The first answer may still be that of the model that was chosen before
  await page.locator(".shape, .class-bars").first().waitFor();
  return page;
}

describe.runIf(ready)("with the models of the golden cases", () => {
  describeInBrowser("the page, for tasks", () => {
    const site = new TestSite(() => startTestService({ imgsz: 128 }, copyModels));

    it("draws a mask for each object, which lights up with its row", async () => {
      const page = await show(site, "segment", imageOf.segment);
      const rows = await page.locator(".detection").count();
      expect(rows).toBeGreaterThan(1);
      expect(await page.locator(".shape .mask").count()).toBe(rows);
      await page.locator(".detection").first().hover();
      await page.locator(".shape.active .mask").waitFor();
      const [mask, box] = await Promise.all(
        [".shape.active .mask", ".box.active"].map((what) => page.locator(what).boundingBox()),
      );
      expect(Math.abs((mask?.x ?? 0) - (box?.x ?? 0))).toBeLessThan((box?.width ?? 0) / 5);
      expect(Math.abs((mask?.width ?? 0) - (box?.width ?? 0))).toBeLessThan((box?.width ?? 0) / 3);
      await documentationImage(page, "segment.png");
    });

    it("draws the points of each object", async () => {
      const page = await show(site, "pose", imageOf.pose);
      const rows = await page.locator(".detection").count();
      expect(rows).toBeGreaterThan(0);
      expect(await page.locator(".keypoint").count()).toBe(4 * rows);
      await documentationImage(page, "pose.png");
    });

    it("draws turned boxes in place of upright ones", async () => {
      const page = await show(site, "obb", imageOf.obb);
      const rows = await page.locator(".detection").count();
      expect(rows).toBeGreaterThan(0);
      expect(await page.locator(".shape .turned").count()).toBe(rows);
      expect(await page.locator(".box:not(.turned)").count()).toBe(0);
      await documentationImage(page, "obb.png");
    });

    it("shows the most probable classes as bars", async () => {
      const page = await show(site, "classify", join(imageOf.classify, "star", "000.png"));
      const shares = await page.locator(".class-bar-share").allTextContents();
      expect(shares.length).toBeGreaterThan(1);
      const numbers = shares.map((share) => Number.parseFloat(share));
      expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
      await documentationImage(page, "classify.png");
    });

    it("offers architectures of every task for a training", async () => {
      const page = await site.open("#/train");
      const options = page.getByRole("combobox", { name: /^Model/ }).locator("option");
      await expect
        .poll(() => options.allTextContents())
        .toEqual(
          expect.arrayContaining(["yolov8n-seg.yaml", "yolov8n-pose.yaml", "yolov8n-obb.yaml", "yolov8n-cls.yaml"]),
        );
    });
  });
});
