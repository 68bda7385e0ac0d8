import { bundleForBrowsers } from "@lookonce/testing";
import { describe, expect, it } from "vitest";

/** Packages that run in browsers as they are: none of their files for browsers needs a module of Node's. */
const browserPackages = [
  "augment",
  "backend-onnxruntime",
  "checkpoint",
  "config",
  "data",
  "device",
  "distributed",
  "documents",
  "errors",
  "export",
  "families",
  "files",
  "geometry",
  "graph-model",
  "image",
  "inference",
  "loss",
  "metrics",
  "nn",
  "onnx",
  "plots",
  "random",
  "tensorboard",
  "tensorflow-messages",
  "tracking",
  "trainer",
  "worker-pool",
];

describe("bundles for browsers", () => {
  it("contain these packages without a module of Node's", async () => {
    // All at once, in a fifth of the time; what fails is named by its file.
    const modules = browserPackages.map((name, i) => `export * as p${i} from "@lookonce/${name}";`);
    const text = await bundleForBrowsers(modules.join("\n"), { external: ["@tensorflow/*", "onnxruntime-web/*"] });
    // protobuf-es asks for an environment, pathe for a working directory and sax for a Buffer, where there is one.
    const lines = text
      .split("\n")
      .filter((line) => !/BUF_BIGINT_DISABLE|process\.cwd|_decoder?Buffer|typeof Buffer ===/.test(line));
    expect(lines.filter((line) => /\b(?:Buffer|process)\.\w/.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(5000);
  });

  it("are refused where one is needed", async () => {
    await expect(bundleForBrowsers(`export * from "node:fs";`)).rejects.toThrow('"node:fs"');
  });
});
