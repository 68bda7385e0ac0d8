import { library } from "../../tsdown.base.ts";

// The letterbox is plain arithmetic: on its own it runs in web pages, where sharp cannot.
export default library({ entry: ["src/index.ts", "src/letterbox.ts"] });
