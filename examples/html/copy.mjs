// Copies lookonce's files for browsers, and ONNX Runtime's, into public/lookonce: everything comes from the page's own origin.
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folderOf = (file) => fileURLToPath(new URL(".", import.meta.resolve(file)));
cpSync(`${folderOf("@lookonce/yolo")}browser`, "public/lookonce", { recursive: true });
cpSync(folderOf("onnxruntime-web/ort-wasm-simd-threaded.wasm"), "public/lookonce/onnxruntime-web", {
  recursive: true,
  filter: (path) => !/\.(js|map)$|ort\..*mjs$/.test(path),
});
