import { readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, buildSync, type Plugin as EsbuildPlugin } from "esbuild";
import { defineConfig, mergeConfig, type Plugin, type ViteUserConfig } from "vitest/config";

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

/** npm's packages of many small files: to find and read these takes longer than all else when a program starts. */
const bundledPackages = /^(sharp$|d3-|@bufbuild\/|pure-rand\/|js-yaml$)/;

/** Bundles our packages from their sources, and those of npm that are worth it; leaves the others out. */
const chosenPackages: EsbuildPlugin = {
  name: "chosen-packages",
  setup({ onResolve }) {
    onResolve({ filter: /register_all_gradients\.js$/ }, () => ({ path: gradients, external: true }));
    onResolve({ filter: /^[^./#]/ }, ({ path, kind, importer }) => {
      if (path.startsWith("@img/sharp-")) return { external: true };
      const isChosen = /^(@lookonce\/|lookonce$)/.test(path) || bundledPackages.test(path);
      return kind === "entry-point" || isChosen || importer.includes("node_modules") ? undefined : { external: true };
    });
  },
};

/** Lets a bundled file know its own place, where it may have files beside it, and the bundles of programs that it starts. */
const ownPlaces: EsbuildPlugin = {
  name: "own-places",
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
      if (isWorkerAddress(path)) return { contents: (await bundleProgram(path)).contents, loader: "js" };
      const place = JSON.stringify(pathToFileURL(path).href);
      const contents = readFileSync(path, "utf8").replaceAll("import.meta.url", place);
      return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
    });
  },
};

/** Bundles of programs, which are removed when the tests end. */
const bundles = new Set<URL>();
process.once("exit", () => {
  for (const bundle of bundles) rmSync(bundle, { force: true });
});

function isWorkerAddress(path: string): boolean {
  return path.replaceAll("\\", "/").endsWith("/worker-address.ts");
}

interface Program {
  contents: string;
  inputs: string[];
}

/** Programs by the modules that export their addresses: programs start others, and many tests the same. */
const programs = new Map<string, Promise<Program>>();

/** Bundles the program whose address a module exports, and returns that module's contents with the bundle's address. */
function bundleProgram(address: string): Promise<Program> {
  const bundled = programs.get(address) ?? bundle(address);
  programs.set(address, bundled);
  return bundled;
}

async function bundle(address: string): Promise<Program> {
  const name = /"\.\/([\w-]+)\.ts"/.exec(readFileSync(address, "utf8"))?.[1];
  if (name === undefined) throw new Error(`${address} names no program "./….ts"`);
  const file = new URL(`./node_modules/.cache/lookonce/${name}-${process.pid}.mjs`, import.meta.url);
  bundles.add(file);
  const { metafile } = await build({
    entryPoints: [resolve(dirname(address), `${name}.ts`)],
    outfile: fileURLToPath(file),
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["@lookonce/source"],
    plugins: [chosenPackages, ownPlaces],
    // For packages that are CommonJS
    banner: {
      js: 'import { createRequire as requireBy } from "node:module"; const require = requireBy(import.meta.url);',
    },
    metafile: true,
    logLevel: "error",
  });
  const inputs = Object.keys(metafile.inputs).map((input) => resolve(input));
  return { contents: `export const workerAddress = new URL(${JSON.stringify(file.href)});`, inputs };
}

/**
 * Programs of worker threads and child processes are TypeScript, which Node 20 cannot run. Whenever a test imports a
 * module `worker-address.ts`, which exports such a program's address, the program is bundled from the sources as they are
 * then, and the address is that of the bundle.
 */
function workerPrograms(): Plugin {
  return {
    name: "worker-programs",
    enforce: "pre",
    async load(id) {
      if (!isWorkerAddress(id)) return;
      const { contents, inputs } = await bundleProgram(id);
      for (const input of inputs) this.addWatchFile(input);
      return contents;
    },
    watchChange() {
      programs.clear();
    },
  };
}

// CI adds the counts up from JSON reports; LOOKONCE_TEST_REPORT names the file of this run.
const report = process.env.LOOKONCE_TEST_REPORT;

// Not `module`: what packages keep under it is for bundlers, and Node cannot resolve its imports (@opentelemetry/api).
const conditions = ["@lookonce/source", "node", "import", "default"];

const exclude = ["**/*.slow.test.ts", "**/node_modules/**", "**/dist/**"];

/** Tests that set tfjs's backends, replace or reset modules, or measure memory, in ways that others would notice. */
const isolated = [
  "packages/device/src/set-device.test.ts",
  "packages/backend-onnxruntime/src/{backend,memory}.test.ts",
  "packages/nn/src/shapes-only.test.ts",
  "packages/trainer/src/{auto-batch/auto-batch,precision/choose-precision}.test.ts",
  "packages/image/src/{bitmap,hostile-image}.test.ts",
  "apps/server/src/jobs/full-disk.test.ts",
];

/** What the fast and the slow suites have in common. */
export const base: ViteUserConfig = defineConfig({
  plugins: [workerPrograms()],
  resolve: {
    conditions,
    alias: { "@tensorflow/tfjs-core/dist/register_all_gradients.js": gradients },
  },
  ssr: { resolve: { conditions } },
  test: {
    setupFiles: [fileURLToPath(new URL("./vitest.setup.ts", import.meta.url))],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default mergeConfig(base, {
  test: {
    projects: [
      { extends: true, test: { name: "isolated", include: isolated, exclude } },
      {
        extends: true,
        test: {
          // A worker loads each module once for all its test files, which otherwise is half of the time
          name: "shared",
          isolate: false,
          include: [
            "packages/*/src/**/*.test.ts",
            "apps/*/src/**/*.test.ts",
            "apps/*/web/src/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: [...exclude, ...isolated],
        },
      },
    ],
  },
});
