import { bundleForBrowsers } from "@lookonce/testing";
import { describe, expect, it } from "vitest";

/** Packages that run in browsers as they are: none of their files for browsers needs a module of Node's. */
const browserPackages = [
  "backend-onnxruntime",
  "config",
  "errors",
  "geometry",
  "metrics",
  "onnx",
  "random",
  "tensorflow-messages",
  "tracking",
];

describe("bundles for browsers", () => {
  it.each(browserPackages)("contain %s without a module of Node's", async (name) => {
    const text = await bundleForBrowsers(`export * from "@lookonce/${name}";`, {
      external: ["@tensorflow/*", "onnxruntime-web/*"],
    });
    // protobuf-es asks for an environment where there is one.
    const lines = text.split("\n").filter((line) => !line.includes("BUF_BIGINT_DISABLE"));
    expect(lines.filter((line) => /\b(?:Buffer|process)\.\w/.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
  });

  it("are refused where one is needed", async () => {
    await expect(bundleForBrowsers(`export * from "node:fs";`)).rejects.toThrow('"node:fs"');
  });
});
