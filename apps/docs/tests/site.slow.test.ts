import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, describeInBrowser, launchChromium, type Page } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Built before by `npm run docs:build`. */
const site = fileURLToPath(new URL("../dist", import.meta.url));
const require = createRequire(import.meta.url);
const axe = require.resolve("axe-core/axe.min.js");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

let server: Server;
let browser: Browser;
let origin: string;

/** A page of the site in a window, with what the browser complained about and what was asked of other origins. */
async function open(path: string, options: { dark?: boolean; width?: number } = {}): Promise<OpenedPage> {
  const { dark = false, width = 1280 } = options;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const complaints: string[] = [];
  context.on("request", (request) => {
    const address = request.url();
    if (!/^(data|blob):/.test(address) && new URL(address).origin !== origin) complaints.push(`asked for ${address}`);
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${origin}${path}`, { waitUntil: "networkidle" });
  return { page, complaints };
}

interface OpenedPage {
  page: Page;
  complaints: readonly string[];
}

/** What axe-core finds serious or critical. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(`${readFileSync(axe, "utf8")}; 0`);
  const found = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  return found
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

async function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

function serve(): Promise<Server> {
  const started = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname);
    const file = join(site, path.endsWith("/") ? `${path}index.html` : path);
    if (!existsSync(file) || statSync(file).isDirectory()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => started.listen(0, "127.0.0.1", () => resolve(started)));
}

describeInBrowser("the documentation site", () => {
  beforeAll(async () => {
    if (!existsSync(join(site, "index.html"))) throw new Error("There is no built site: npm run docs:build");
    [server, browser] = await Promise.all([serve(), launchChromium()]);
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  describe.each([
    { what: "the front page", path: "/" },
    { what: "a guide", path: "/first-detection.html" },
    { what: "a page with formulas", path: "/losses.html" },
    { what: "a page of options", path: "/cli.html" },
    { what: "a page that counts", path: "/why-p2-heads-are-smaller.html" },
    { what: "a page of the API", path: "/api/@lookonce/geometry.html" },
  ])("$what", ({ path }) => {
    it.each([
      { name: "light", dark: false, width: 1280 },
      { name: "dark, on a phone", dark: true, width: 360 },
    ])("can be used by everybody, $name", async ({ dark, width }) => {
      const { page, complaints } = await open(path, { dark, width });
      expect(await seriousFaults(page)).toEqual([]);
      expect(await sidewaysPixels(page)).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  });

  it("finds pages by words, without a server", async () => {
    const { page, complaints } = await open("/");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator("#localsearch-input").fill("suppression");
    await page.locator(".VPLocalSearchBox .result").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\.html/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("changes between light and dark", async () => {
    const { page } = await open("/install.html");
    const isDark = () => page.evaluate<boolean>("document.documentElement.classList.contains('dark')");
    expect(await isDark()).toBe(false);
    await page.locator(".VPNavBar .VPSwitchAppearance").first().click();
    expect(await isDark()).toBe(true);
    await page.context().close();
  });
});
