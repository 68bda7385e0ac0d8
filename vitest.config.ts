import { readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, buildSync, type Plugin as EsbuildPlugin } from "esbuild";
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

/** Leaves npm's packages out of a bundle and takes ours in from their sources. */
const oursOnly: EsbuildPlugin = {
  name: "ours-only",
  setup({ onResolve }) {
    onResolve({ filter: /register_all_gradients\.js$/ }, () => ({ path: gradients, external: true }));
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || /^(@lookonce\/|lookonce$)/.test(path) ? undefined : { external: true },
    );
  },
};

/**
 * Programs of worker threads and child processes are TypeScript, which Node 20 cannot run. Whenever a test imports a
 * module `worker-address.ts`, which holds such a program's address, the program is bundled from the sources as they are
 * then, and the address is that of the bundle.
 */
function workerPrograms(): Plugin {
  return {
    name: "worker-programs",
    enforce: "pre",
    async load(id) {
      if (!id.replaceAll("\\", "/").endsWith("/worker-address.ts")) return;
      const name = /"\.\/([\w-]+)\.ts"/.exec(readFileSync(id, "utf8"))?.[1];
      if (name === undefined) throw new Error(`${id} names no program "./….ts"`);
      const bundle = new URL(`./node_modules/.cache/lookonce/${name}-${process.pid}.mjs`, import.meta.url);
      process.once("exit", () => rmSync(bundle, { force: true }));
      const { metafile } = await build({
        entryPoints: [resolve(dirname(id), `${name}.ts`)],
        outfile: fileURLToPath(bundle),
        bundle: true,
        format: "esm",
        platform: "node",
        conditions: ["@lookonce/source"],
        plugins: [oursOnly],
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
  plugins: [workerPrograms()],
  resolve: {
    conditions,
    alias: { "@tensorflow/tfjs-core/dist/register_all_gradients.js": gradients },
  },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "apps/*/src/**/*.test.ts",
      "apps/*/web/src/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    exclude: ["**/*.slow.test.ts", "**/node_modules/**", "**/dist/**"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
