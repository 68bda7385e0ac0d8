import { browserLibrary, library } from "../../tsdown.base.ts";

export default [
  // The program of the thread that owns MPI is a file of its own, beside the rest: see src/mpi/worker-address.ts.
  library({ entry: { index: "src/index.ts", "rank-worker": "src/mpi/rank-worker.ts" } }),
  browserLibrary(),
];
