// Tries the readers of files from strangers with damaged inputs: changed bytes, operations, fields, values and lines of small
// valid files. A reader succeeds or throws a LookonceError; anything else (another error, more than 10 seconds or 1 GB, the
// end of the process) is a finding, made small and kept in scripts/fuzz/corpus, which a test replays. The status is 1 then.
//
//   npm run fuzz -- [--minutes 5] [--target pt] [--seed 0]
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** Programs that the service starts, bundled, too. */
const programs = ["pool/process/inference-process.ts", "pool/inference-thread.ts"];
const outdir = `node_modules/.cache/lookonce/fuzz-${process.pid}`;

/** Bundles our sources and leaves npm's packages out, but for tfjs's gradients, which Node cannot resolve. */
const oursOnly = {
  name: "ours-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      const isOurs = kind === "entry-point" || /^(#|@lookonce\/|lookonce$)/.test(path);
      if (isOurs || path.endsWith("register_all_gradients.js")) return undefined;
      // Some lie in a workspace's own folder, which the bundle does not
      const [workspace = "."] = /^.*\/(packages|apps)\/[^/]+/.exec(importer) ?? [];
      if (!existsSync(`${workspace}/node_modules/${path}`)) return { external: true };
      return { path: pathToFileURL(createRequire(importer).resolve(path)).href, external: true };
    });
    onLoad({ filter: /(packages|apps)\/.*\.ts$/ }, ({ path }) => {
      const program = programs.find((one) => path.endsWith(`${dirname(one)}/worker-address.ts`));
      const address = pathToFileURL(`${outdir}/${basename(program ?? "", ".ts")}.js`);
      const source = readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href));
      const contents = program && `export const workerAddress = new URL(${JSON.stringify(address.href)});`;
      return { contents: contents ?? source, loader: "ts" };
    });
  },
};

process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
await build({
  entryPoints: Object.fromEntries(
    ["scripts/fuzz/main.ts", "scripts/fuzz/worker.ts", ...programs.map((name) => `apps/server/src/${name}`)].map(
      (file) => [basename(file, ".ts"), file],
    ),
  ),
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
