import { library } from "../../tsdown.base.ts";

// The program of the loader's workers is a file of its own, beside the rest: see src/loader/worker-address.ts.
export default library({
  entry: { index: "src/index.ts", formats: "src/formats.ts", "loader-worker": "src/loader/loader-worker.ts" },
});
