import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, buildSync } from "esbuild";
import { defineConfig, type Plugin } from "vitest/config";

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

/**
 * The program of the loader's workers is TypeScript, which Node 20 cannot run. Whenever a test imports the module with its
 * address, the program is bundled from the sources as they are then, and its address is that of the bundle.
 */
function loaderWorker(): Plugin {
  const source = fileURLToPath(new URL("./packages/data/src/loader/loader-worker.ts", import.meta.url));
  const bundle = new URL(`./node_modules/.cache/lookonce/loader-worker-${process.pid}.mjs`, import.meta.url);
  process.once("exit", () => rmSync(bundle, { force: true }));
  return {
    name: "loader-worker",
    enforce: "pre",
    async load(id) {
      if (!id.replaceAll("\\", "/").endsWith("/packages/data/src/loader/worker-address.ts")) return;
      const { metafile } = await build({
        entryPoints: [source],
        outfile: fileURLToPath(bundle),
        bundle: true,
        format: "esm",
        platform: "node",
        conditions: ["@lookonce/source"],
        external: ["sharp", "@napi-rs/image"],
        sourcemap: "inline",
        metafile: true,
        logLevel: "error",
      });
      for (const input of Object.keys(metafile.inputs)) this.addWatchFile(resolve(input));
      return `export const workerAddress = new URL(${JSON.stringify(bundle.href)});`;
    },
  };
}

// CI adds the counts up from JSON reports; LOOKONCE_TEST_REPORT names the file of this run.
const report = process.env.LOOKONCE_TEST_REPORT;

const conditions = ["@lookonce/source", "node", "import", "module", "default"];

export default defineConfig({
  plugins: [loaderWorker()],
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
