import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startService } from "@lookonce/server";
import { type Browser, type BrowserContextOptions, launchChromium, type Page } from "@lookonce/testing";
import { build } from "vite";
import { expect } from "vitest";

const require = createRequire(import.meta.url);
const axe = require.resolve("axe-core/axe.min.js");

/** The built studio behind `lookonce serve`, and a browser. */
export interface TestStudio {
  browser: Browser;
  /** Address of the page. */
  url: string;
  /** Folder of the built page. */
  site: string;
  /** A folder for files of the test. */
  folder: string;
  end(): Promise<void>;
}

/** Builds the studio as `npm run build` does and serves it. */
export async function startTestStudio(): Promise<TestStudio> {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-studio-"));
  const site = join(folder, "site");
  await buildStudio(site);
  const places = { modelRoots: [folder], dataRoots: [folder], runsRoot: join(folder, "runs"), studio: site };
  const [browser, service] = await Promise.all([
    launchChromium(),
    startService({ ...places, port: 0, log: "none" }, { mayMakeKey: false }),
  ]);
  return {
    ...{ browser, site, folder },
    url: `${service.url}/studio/`,
    async end() {
      await browser.close();
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function buildStudio(outDir: string): Promise<void> {
  const before = process.env.NODE_ENV;
  // The tests' own would make it a page for development
  process.env.NODE_ENV = "production";
  try {
    const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
    await build({ configFile, logLevel: "error", build: { outDir } });
  } finally {
    process.env.NODE_ENV = before;
  }
}

/** A page of the studio, as a person who is here for the first time has it. */
export interface OpenedStudio {
  page: Page;
  /** Fails when the browser complained about something, or the page asked another origin for anything. */
  expectNoComplaints(): void;
}

export async function openStudio(
  { browser, url }: Pick<TestStudio, "browser" | "url">,
  options: BrowserContextOptions = {},
): Promise<OpenedStudio> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, locale: "en-GB", ...options });
  const complaints: string[] = [];
  const { origin } = new URL(url);
  // Of all pages and workers of the context
  context.on("request", (request) => {
    const address = request.url();
    if (!/^(data|blob):/.test(address) && new URL(address).origin !== origin) complaints.push(`asked for ${address}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, expectNoComplaints: () => expect(complaints).toEqual([]) };
}

/** What axe-core finds wrong with a page for people who see, hear or move differently. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
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

/** An image for the documentation, written only where `LOOKONCE_SCREENSHOTS=1` asks for it. */
export async function documentationImage(page: Page, name: string): Promise<void> {
  if (process.env.LOOKONCE_SCREENSHOTS !== "1") return;
  const folder = fileURLToPath(new URL("../../../../docs/images/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `studio-${name}.png`), animations: "disabled", caret: "hide" });
}
