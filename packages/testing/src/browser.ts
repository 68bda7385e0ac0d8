import { existsSync } from "node:fs";
import type { Browser, LaunchOptions, Page } from "playwright-core";
import { describe, it } from "vitest";

/** Where Linux systems install Chromium and Chrome. */
const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** The npm package `@sparticuz/chromium` contains a Chromium for this system alone. */
const isPackaged = process.platform === "linux" && process.arch === "x64";

/** Cameras and microphones are Chromium's own test image, and nobody is asked whether they may be used. */
const fakeCamera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Switches of Chromium by which WebGPU computes on the processor, as it would on a graphics card. */
export const softwareGpu: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/** Whether a page has WebGPU; where {@link softwareGpu} finds no adapter, tests of it are skipped. */
export function hasGpuAdapter(page: Page): Promise<boolean> {
  // A text: what runs here would be compiled for vitest
  return page.evaluate("navigator.gpu?.requestAdapter().then((adapter) => adapter !== null) ?? false");
}

/**
 * Starts Chromium without a window: that of the environment variable `CHROMIUM`, one that the system has, or the one of an
 * npm package.
 */
export async function launchChromium({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  const { executablePath, env } = installedChromium() ?? (await packagedChromium());
  // Containers let no browser make a sandbox; the tests open pages of their own alone.
  const all = ["--no-sandbox", "--disable-dev-shm-usage", ...fakeCamera, ...args];
  return chromium.launch({ executablePath, args: all, ...(env === undefined ? {} : { env }), ...options });
}

/** A block of tests that need a browser; where there is none the block says so and is skipped. */
export function describeInBrowser(name: string, body: () => void): void {
  const has = installedChromium() !== undefined || isPackaged;
  if (has) describe(name, body);
  else describe(name, () => it.skip("(skipped: no Chromium is here; CHROMIUM=/path/to/one names it)", () => undefined));
}

interface FoundChromium {
  executablePath: string;
  env?: Record<string, string>;
}

function installedChromium(): FoundChromium | undefined {
  const executablePath = process.env.CHROMIUM ?? usualPlaces.find((path) => existsSync(path));
  return executablePath === undefined ? undefined : { executablePath };
}

/** Unpacks the npm package's Chromium with the few libraries that slim systems lack. */
async function packagedChromium(): Promise<FoundChromium> {
  const before = { ...process.env };
  // The package brings its libraries along only on what it detects as Amazon's machines.
  process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs22.x";
  try {
    const { default: packaged } = await import("@sparticuz/chromium");
    const executablePath = await packaged.executablePath();
    return {
      executablePath,
      env: Object.fromEntries(Object.entries(process.env).map(([key, value]) => [key, value ?? ""])),
    };
  } finally {
    for (const key of Object.keys(process.env)) if (!(key in before)) delete process.env[key];
    Object.assign(process.env, before);
  }
}
