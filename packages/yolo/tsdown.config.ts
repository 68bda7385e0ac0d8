import { browserBundle, library } from "../../tsdown.base.ts";

/** In the sources it is TypeScript. */
const workerProgram = {
  name: "worker-program",
  renderChunk: (code: string): { code: string; map: null } | undefined =>
    code.includes('"./worker.ts"') ? { code: code.replaceAll('"./worker.ts"', '"./worker.js"'), map: null } : undefined,
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
      "loader-worker": "../data/src/loader/loader-worker.ts",
    },
    minify: true,
    sourcemap: false,
    plugins: [workerProgram, withoutNode],
  }),
];
