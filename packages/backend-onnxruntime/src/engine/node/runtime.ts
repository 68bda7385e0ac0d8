import { createRequire } from "node:module";
import { LookonceError } from "@lookonce/errors";
import { ownRuntime, runtimeFile } from "./runtime-file.ts";

const require: NodeJS.Require = createRequire(import.meta.url);

/** What ONNX Runtime's packages for Node export. */
type Runtime = typeof import("onnxruntime-common");

/** Loads ONNX Runtime, an addon. @throws LookonceError `DEVICE` where there are no binaries for this platform */
function loadRuntime(): Runtime {
  const file = runtimeFile();
  if (file !== undefined) return require(file) as Runtime;
  throw new LookonceError(
    "DEVICE",
    `ONNX Runtime is not installed for ${process.platform} on ${process.arch}: neither ${ownRuntime} nor onnxruntime-node is there. Install again with \`npm install --include=optional\`, or install onnxruntime-node.`,
  );
}

export const runtime: Runtime = loadRuntime();
