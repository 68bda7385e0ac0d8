import { library } from "../../tsdown.base.ts";

// What demonstrates the library, for the command, is apart from what programs import; the program of a queue worker's
// processes is a file of its own, beside the rest: see src/queue/worker-address.ts.
export default library({
  entry: { index: "src/index.ts", demos: "src/demos.ts", "job-process": "src/queue/job-process.ts" },
});
