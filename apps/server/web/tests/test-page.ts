import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "@lookonce/testing";
import { expect } from "vitest";

const require = createRequire(import.meta.url);
const axe = require.resolve("axe-core/axe.min.js");

/** A page that fails its test when something is wrong in its console. */
export interface TestPage {
  page: Page;
  /** What the browser complained about. */
  complaints: string[];
}

/** Opens a view of the page. */
export async function openPage(
  browser: Browser,
  { url, ...options }: BrowserContextOptions & { url: string },
): Promise<TestPage> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

/** What axe-core finds wrong with a page for people who see, hear or move differently. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // The page's policy keeps foreign scripts out; what a debugger runs is none of its business.
  await page.evaluate(`${readFileSync(axe, "utf8")}; 0`);
  const found = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  return found.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Whether anything sticks out to the right, so that the page scrolls sideways. */
export async function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/**
 * An image for the documentation, written only where `LOOKONCE_SCREENSHOTS=1` asks for it.
 *
 * @param name with its ending: `.png`, or `.jpg` for what shows a photograph
 */
export async function documentationImage(page: Page, name: string): Promise<void> {
  if (process.env.LOOKONCE_SCREENSHOTS !== "1") return;
  const path = fileURLToPath(new URL(`../../../../docs/images/web-${name}`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  await page.mouse.move(0, 0);
  await page.screenshot({
    path,
    animations: "disabled",
    caret: "hide",
    ...(name.endsWith(".jpg") ? { quality: 88 } : {}),
  });
}

/** Drops files on the page as from another window. */
export async function dropFiles(
  page: Page,
  files: readonly { name: string; type: string; base64: string }[],
): Promise<void> {
  const transfer = await page.evaluateHandle(
    `(${String((given: typeof files) => {
      // biome-ignore lint/suspicious/noExplicitAny: runs in the browser, whose types the tests do not have
      const browser = globalThis as any;
      const transfer = new browser.DataTransfer();
      for (const { name, type, base64 } of given) {
        const bytes = Uint8Array.from(browser.atob(base64), (letter: string) => letter.charCodeAt(0));
        transfer.items.add(new browser.File([bytes], name, { type }));
      }
      return transfer;
    })})(${JSON.stringify(files)})`,
  );
  for (const type of ["dragenter", "dragover", "drop"]) {
    await page.dispatchEvent("body", type, { dataTransfer: transfer });
  }
}

/** Fails with what the browser complained about, if it did. */
export function expectNoComplaints({ complaints }: TestPage): void {
  expect(complaints).toEqual([]);
}
