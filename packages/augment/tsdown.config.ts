import { library } from "../../tsdown.base.ts";

// The letterbox is pure arithmetic: on its own it can be used in web pages, where sharp cannot.
export default library({ entry: ["src/index.ts", "src/letterbox.ts"] });
