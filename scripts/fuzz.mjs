// Tries the readers of files from strangers with damaged inputs: changed bytes, operations, fields, values and lines of small
// valid files. A reader succeeds or throws a LookonceError; anything else (another error, more than 10 seconds or 1 GB, the
// end of the process) is a finding, made small and kept in scripts/fuzz/corpus, which a test replays. The status is 1 then.
//
//   npm run fuzz -- [--minutes 5] [--target pt] [--seed 0]
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** Bundles our sources and leaves npm's packages out, but for tfjs's gradients, which Node cannot resolve. */
const oursOnly = {
  name: "ours-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      const isOurs = kind === "entry-point" || /^(@lookonce\/|lookonce$)/.test(path);
      return isOurs || path.endsWith("register_all_gradients.js") ? undefined : { external: true };
    });
    onLoad({ filter: /(packages|apps)\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
      loader: "ts",
    }));
  },
};

const outdir = `node_modules/.cache/lookonce/fuzz-${process.pid}`;
process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
await build({
  entryPoints: ["scripts/fuzz/main.ts", "scripts/fuzz/worker.ts"],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  mainFields: ["module", "main"],
  conditions: ["@lookonce/source"],
  plugins: [oursOnly],
  sourcemap: true,
  logLevel: "error",
});
const { main } = await import(pathToFileURL(`${outdir}/main.js`).href);
process.exitCode = await main(process.argv.slice(2));
