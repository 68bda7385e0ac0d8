import { browserBundle, browserLibrary, library } from "../../tsdown.base.ts";

const entry = { index: "src/index.ts", formats: "src/formats.ts" };

// The program of the loader's workers is a file of its own, beside the rest: see src/loader/worker-address.ts.
const program = { "loader-worker": "src/loader/loader-worker.ts" };

export default [
  library({ entry: { ...entry, ...program } }),
  browserLibrary({ entry }),
  // Bundlers copy the file that its address names, and nothing that it would import
  browserBundle({ entry: program }),
];
