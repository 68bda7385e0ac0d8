/**
 * ONNX Runtime's own files by their names. Bundlers find them in the package `onnxruntime-web` and serve them with the page;
 * without one they are in a folder of that name beside this file.
 */
export const runtimeFiles: Readonly<Record<string, string>> = {
  "ort-wasm-simd-threaded.mjs": new URL("onnxruntime-web/ort-wasm-simd-threaded.mjs", import.meta.url).href,
  "ort-wasm-simd-threaded.wasm": new URL("onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url).href,
  "ort-wasm-simd-threaded.asyncify.mjs": new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs", import.meta.url)
    .href,
  "ort-wasm-simd-threaded.asyncify.wasm": new URL(
    "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm",
    import.meta.url,
  ).href,
  "ort-wasm-simd-threaded.jspi.mjs": new URL("onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs", import.meta.url).href,
  "ort-wasm-simd-threaded.jspi.wasm": new URL("onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm", import.meta.url).href,
};
