import { describeInBrowser, type Page } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { accessibilityFaults, documentationImage, sidewaysPixels } from "./test-page.ts";
import { startTestService } from "./test-service.ts";
import { TestSite } from "./test-site.ts";

const key = "correct-horse-battery-staple-0123456789";

async function enterKey(page: Page, text = key): Promise<void> {
  await page.getByLabel("API key").fill(text);
  await page.getByRole("button", { name: "Use this key" }).click();
}

/** What has the focus, in words. */
async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || document.activeElement.id).trim()",
  );
}

/** Whether the element that has the focus can be distinguished from others. */
async function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("getComputedStyle(document.activeElement).outlineStyle !== 'none'");
}

describeInBrowser("the page of a service with a key", () => {
  // Chromium itself reports every answer 401.
  const site = new TestSite(() => startTestService({ key }), /401/);

  it("asks for the key, says when it is wrong, and goes on where it was when it is right", async () => {
    const page = await site.open("#/models");
    const dialog = page.getByRole("dialog", { name: "This service needs its key" });
    await dialog.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await enterKey(page, "wrong");
    await page.getByText("The service did not accept that key.").waitFor();
    await enterKey(page);
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("heading", { name: "The head explained" }).waitFor();
    // It is kept for this tab, and nowhere else.
    await page.reload();
    await page.getByRole("heading", { name: "The head explained" }).waitFor();
    expect(await page.evaluate("localStorage.length + document.cookie.length")).toBe(0);
  });

  it("shows the service's sentence to those who have no key", async () => {
    const page = await site.open("#/runs");
    await page.getByRole("button", { name: "Not now" }).click();
    await page
      .getByRole("alert")
      .getByText(/needs its API key/)
      .waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await enterKey(page);
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
  });

  it("can be used by keyboard alone", async () => {
    const page = await site.open();
    await page.getByLabel("API key").waitFor();
    expect(await focused(page)).toBe("");
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("Tab");
    const seen: string[] = [];
    for (let i = 0; i < 14; i++) {
      seen.push(await focused(page));
      expect(await focusIsVisible(page), seen.at(-1)).toBe(true);
      await page.keyboard.press("Tab");
    }
    for (const name of ["Detect", "Train", "Runs", "Models", "Choose images", "Use the camera"]) {
      expect(seen).toContain(name);
    }
    await page.getByRole("link", { name: "Models" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Layers", exact: true }).waitFor();
    expect(await focused(page)).toBe("Models");
    // The table scrolls by keys.
    await page.getByLabel("Table of layers", { exact: true }).focus();
    await page.keyboard.press("End");
    await expect
      .poll(() => page.evaluate<number>("document.querySelector('.layer-table').scrollTop"))
      .toBeGreaterThan(0);
  });

  it("is light or dark as the system is, or as was chosen, from the first paint on", async () => {
    const page = await site.open("", { colorScheme: "dark" });
    await enterKey(page);
    const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(15, 18, 22)");
    await page.getByRole("button", { name: /^Theme/ }).click();
    expect(await ground()).toBe("rgb(246, 247, 249)");
    await page.reload({ waitUntil: "commit" });
    await page.locator("html[data-theme=light]").waitFor();
    await page.getByRole("button", { name: /^Theme: light/ }).click();
    expect(await ground()).toBe("rgb(15, 18, 22)");
    await page.getByRole("button", { name: /^Theme: dark/ }).click();
    await page.getByRole("button", { name: /^Theme: as the system/ }).waitFor();
  });

  it("moves nothing for those who want no motion", async () => {
    const page = await site.open("", { reducedMotion: "reduce" });
    await enterKey(page);
    const moving = await page.evaluate<number>(
      "[...document.querySelectorAll('*')].filter((e) => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none'; }).length",
    );
    expect(moving).toBe(0);
  });

  it("explains a model: layers, head, and loads and unloads it", async () => {
    const page = await site.open("#/models");
    await enterKey(page);
    await page.getByRole("heading", { name: "The head explained" }).waitFor();
    const layers = await page.locator(".layer-table tbody tr").count();
    expect(layers).toBeGreaterThan(5);
    expect(await page.locator(".layer-table tbody tr").last().textContent()).toMatch(/Detect/);
    expect(await page.locator(".formula").textContent()).toMatch(/c3 = max\(channels, min\(classes, 100\)\)/);
    await page.locator(".layer-table tbody tr").nth(2).hover();
    await page.locator(".node.active").waitFor();
    const [id = ""] = await page.locator(".model-list a b").allTextContents();
    await page.getByRole("button", { name: `Unload ${id}` }).click();
    await page.getByText("No model is loaded.").waitFor();
    await page.getByRole("link", { name: "Detect" }).click();
    await page.getByRole("link", { name: "Models" }).click();
    await page
      .getByRole("button", { name: /^Load / })
      .first()
      .click();
    await page.getByRole("article", { name: id }).waitFor();
  });

  describe.each([
    { theme: "light", width: 1360, view: "models" },
    { theme: "dark", width: 360, view: "models" },
    { theme: "dark", width: 768, view: "train" },
    { theme: "light", width: 360, view: "train" },
  ] as const)("$view, $theme, $width pixels wide", ({ theme, width, view }) => {
    it("can be used by everybody", async () => {
      const page = await site.open(`#/${view}`, { colorScheme: theme, viewport: { width, height: 800 } });
      await enterKey(page);
      await page.getByRole("heading", { level: 2 }).last().waitFor();
      if (view === "models") await page.getByRole("heading", { name: "Layers", exact: true }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await sidewaysPixels(page)).toBe(0);
    });
  });

  it("makes the documentation's images", async () => {
    const page = await site.open("#/models", { viewport: { width: 1360, height: 1080 } });
    await enterKey(page);
    await page.getByRole("heading", { name: "Layers", exact: true }).waitFor();
    await documentationImage(page, "models-light.png");
  });
});
