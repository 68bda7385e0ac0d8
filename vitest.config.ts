import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { defineConfig } from "vitest/config";

// tfjs-core's Node entry leaves its gradients out and keeps them in ESM files that Node cannot resolve by itself.
// The packages bundle them when they are built; the tests, which run on the sources, use this bundle instead.
const gradients = fileURLToPath(new URL("./node_modules/.cache/lookonce/tfjs-gradients.mjs", import.meta.url));
buildSync({
  entryPoints: [
    fileURLToPath(new URL("./node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js", import.meta.url)),
  ],
  outfile: gradients,
  bundle: true,
  format: "esm",
  platform: "node",
  mainFields: ["module", "main"],
  logLevel: "error",
});

// CI adds the counts up from JSON reports; LOOKONCE_TEST_REPORT names the file of this run.
const report = process.env.LOOKONCE_TEST_REPORT;

const conditions = ["@lookonce/source", "node", "import", "module", "default"];

export default defineConfig({
  resolve: {
    conditions,
    alias: { "@tensorflow/tfjs-core/dist/register_all_gradients.js": gradients },
  },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["**/*.slow.test.ts", "**/node_modules/**", "**/dist/**"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
