import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describeInBrowser, type Page } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { accessibilityFaults, documentationImage, sidewaysPixels } from "./test-page.ts";
import { TestSite } from "./test-site.ts";

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

/** A video that pans over an image from left to right: what stands in it moves to the left. */
function pan(image: string, path: string, frames = 36): string {
  const crop = `crop=w=2*trunc(iw*0.3):h=2*trunc(ih/2):x='(iw-ow)*n/${frames}':y=0`;
  const filters = `scale=w='max(480,iw)':h=-1:flags=neighbor,${crop},fps=10`;
  const input = ["-v", "error", "-y", "-loop", "1", "-framerate", "10", "-i", image];
  execFileSync("ffmpeg", [...input, "-vf", filters, "-frames:v", String(frames), "-c:v", "libvpx", "-b:v", "4M", path]);
  return path;
}

/** How many objects have an identity beside their name. */
async function identities(page: Page): Promise<number> {
  const labels = await page.locator(".box-label").allInnerTexts();
  return labels.filter((label) => /^\d+ \D/.test(label)).length;
}

const tally = (page: Page): Promise<string | null> => page.locator(".track .tally").textContent();

/** Clicks on the stage at these shares of its width and height. */
async function clickStage(page: Page, places: readonly (readonly [number, number])[]): Promise<void> {
  const layer = page.locator(".zone-layer");
  for (const [across, down] of places) {
    // The stage moves while lists beside it grow: its place is asked for anew
    const { width, height } = (await layer.boundingBox()) ?? { width: 1, height: 1 };
    await layer.click({ position: { x: across * width, y: down * height } });
  }
}

describeInBrowser("the page, tracking", () => {
  const site = new TestSite();

  describe.skipIf(!hasFfmpeg)("a video", () => {
    it("is followed with identities and trails, and counted at a line and in a zone", async () => {
      const [image = ""] = site.service.images;
      const page = await site.open("#/track");
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.setInputFiles(".track input[type=file]", [pan(image, join(site.service.folder, "pan.webm"))]);
      await expect.poll(() => identities(page), { timeout: 60_000 }).toBeGreaterThan(0);
      await page.getByRole("button", { name: "Line in the middle" }).click();
      await page.getByRole("button", { name: "Draw a zone" }).click();
      await clickStage(page, [
        [0.02, 0.02],
        [0.98, 0.02],
        [0.98, 0.98],
        [0.02, 0.98],
        [0.02, 0.02],
      ]);
      await page.locator(".zone-shape.zone polygon").waitFor();
      await expect.poll(() => page.locator(".trail").count(), { timeout: 60_000 }).toBeGreaterThan(0);
      const table = page.getByRole("region", { name: "Counts" });
      const counts = async (): Promise<string> => (await table.locator("tbody tr").allInnerTexts()).join("\n");
      await expect.poll(counts, { timeout: 60_000 }).toMatch(/zone 1\s+\S+\s+[1-9]/);
      await expect.poll(() => tally(page), { timeout: 120_000 }).toMatch(/The video has ended\.$/);
      const rows = await table.locator("tbody tr").allInnerTexts();
      const crossed = rows
        .filter((row) => row.startsWith("line 1"))
        .flatMap((row) => row.match(/\d+/g)?.slice(1) ?? []);
      expect(crossed.map(Number).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
      expect(await accessibilityFaults(page)).toEqual([]);
      await documentationImage(page, "track-light.jpg");
      // Points can be written, too; what is none is not used
      const field = page.getByLabel(/^line 1/);
      await field.fill("10,10 30");
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      await field.fill("10,10 30,200");
      expect(await field.getAttribute("aria-invalid")).toBe("false");
      await page.getByRole("button", { name: "Remove zone 1" }).click();
      await expect.poll(() => page.locator(".zone-shape.zone").count()).toBe(0);
      const listed = await fetch(`${site.service.url}/v1/track/sessions`);
      await page.getByRole("button", { name: "Close the video" }).click();
      await page.getByRole("heading", { name: "Follow objects", exact: true }).waitFor();
      // The page has ended the sessions that it opened
      expect(((await listed.json()) as { sessions: unknown[] }).sessions).toEqual([]);
    });

    it("that is none is reported", async () => {
      const page = await site.open("#/track");
      const file = { name: "broken.webm", mimeType: "video/webm", buffer: Buffer.from("no video") };
      await page.setInputFiles(".track input[type=file]", [file]);
      await page.getByRole("alert").getByText("This browser cannot play broken.webm.").waitFor();
      site.forgive();
    });
  });

  it("follows the camera, draws a line by two clicks, and lets go of it on a narrow screen, too", async () => {
    const page = await site.open("#/track", { colorScheme: "dark" });
    await page.getByRole("button", { name: "Use the camera" }).click();
    await expect
      .poll(() => tally(page), { timeout: 60_000 })
      .toMatch(/^Frame \d+: following \d+ objects?, [\d.]+ frames/);
    await page.getByRole("button", { name: "Draw a line" }).click();
    await clickStage(page, [
      [0.4, 0.4],
      [0.6, 0.8],
    ]);
    await page.locator(".zone-shape.line polyline").waitFor();
    await page.getByRole("region", { name: "Counts" }).getByText("line 1").waitFor({ timeout: 60_000 });
    // Over an object, the pointer lets the others fade
    await page.mouse.move(1, 1);
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await sidewaysPixels(page)).toBe(0);
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByRole("heading", { name: "Follow objects", exact: true }).waitFor();
  });
});
