import { browserLibrary, library } from "../../tsdown.base.ts";

// The letterbox is plain arithmetic, for pages that decode no files
export default [library({ entry: ["src/index.ts", "src/letterbox.ts"] }), browserLibrary()];
