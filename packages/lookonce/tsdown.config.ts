import { library } from "../../tsdown.base.ts";

// What demonstrates the library, for the command, is apart from what programs import
export default library({ entry: ["src/index.ts", "src/demos.ts"] });
