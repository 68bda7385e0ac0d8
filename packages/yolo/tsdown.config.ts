import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { browserBundle, library } from "../../tsdown.base.ts";

/** Where files are that lie beside the bundle, and elsewhere for the sources. */
const placedFiles = {
  name: "placed-files",
  transform(code: string, id: string): { code: string; map: null } | undefined {
    // Where ONNX Runtime's own script is; bundlers would search for a file of that name
    if (/\/ort\.\w+\.min\.mjs$/.test(id)) {
      return {
        code: code.replace(/new \w+\("ort\.\w+\.min\.mjs",import\.meta\.url\)\.href/, "import.meta.url"),
        map: null,
      };
    }
    if (id.endsWith("/yolo-worker.ts")) return { code: code.replace('"./worker.ts"', '"./worker.js"'), map: null };
    if (!id.endsWith("/runtime-files.ts")) return undefined;
    return {
      code: code
        .replaceAll(/"onnxruntime-web\/(\S+\.mjs)"/g, '"./$1"')
        .replaceAll(/"onnxruntime-web\/(\S+\.wasm)"/g, '"./$1.gz"'),
      map: null,
    };
  },
};

/**
 * ONNX Runtime's files for browsers, beside the bundle: there the programs that threads run belong to the version that is bundled.
 * WebAssembly is compressed, 58 MB to 14.
 */
const runtimeFiles = {
  name: "runtime-files",
  async generateBundle(this: {
    emitFile(file: { type: "asset"; fileName: string; source: Uint8Array }): void;
  }): Promise<void> {
    const { resolve } = createRequire(import.meta.url);
    const compress = async (name: string): Promise<void> => {
      const contents = await readFile(resolve(`onnxruntime-web/${name}`));
      const isWasm = name.endsWith(".wasm");
      const source = isWasm ? await promisify(gzip)(contents, { level: 9 }) : contents;
      this.emitFile({ type: "asset", fileName: isWasm ? `${name}.gz` : name, source });
    };
    const stems = ["", ".asyncify", ".jspi"].map((suffix) => `ort-wasm-simd-threaded${suffix}`);
    await Promise.all(stems.flatMap((stem) => [compress(`${stem}.mjs`), compress(`${stem}.wasm`)]));
  },
};

/** Addresses that are known at run time alone: minifying drops the comments by which bundlers leave them alone. */
const importedLater = {
  name: "imported-later",
  generateBundle(_: unknown, bundle: Record<string, { code?: string }>): void {
    for (const chunk of Object.values(bundle)) {
      if (chunk.code === undefined) continue;
      chunk.code = chunk.code.replaceAll(/\bimport\(([\w$]+)\)/g, "import(/*webpackIgnore:true*/ /*@vite-ignore*/$1)");
    }
  },
};

/** What TensorFlow.js asks for where there is Node, by packages whose field `browser` leaves it out. */
const nodeOnly: ReadonlySet<string> = new Set(["crypto", "node-fetch", "util"]);

const withoutNode = {
  name: "without-node",
  resolveId: (id: string): string | undefined => (nodeOnly.has(id) ? "\0empty" : undefined),
  load: (id: string): string | undefined => (id === "\0empty" ? "export default {};" : undefined),
};

export default [
  // What demonstrates the library, for the command, is apart from what programs import; the program of a queue worker's
  // processes is a file of its own, beside the rest: see src/queue/worker-address.ts. `browser` is for its types.
  library({
    entry: {
      index: "src/index.ts",
      demos: "src/demos.ts",
      browser: "src/browser/index.ts",
      "job-process": "src/queue/job-process.ts",
    },
  }),
  // All in one folder, which a page can load as it is: what its worker imports has no names that only bundlers know.
  browserBundle({
    entry: {
      index: "src/browser/index.ts",
      worker: "src/browser/worker.ts",
    },
    minify: true,
    sourcemap: false,
    plugins: [placedFiles, runtimeFiles, importedLater, withoutNode],
  }),
  // Bundlers copy the file that its address names, and nothing that it would import
  browserBundle({
    entry: { "loader-worker": "../data/src/loader/loader-worker.ts" },
    minify: true,
    sourcemap: false,
  }),
];
