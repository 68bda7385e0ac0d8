import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ort = require("onnxruntime-node");
const bytes = readFileSync(process.argv[2]);
const base = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "disabled",
  enableMemPattern: false,
  logSeverityLevel: 3,
  intraOpNumThreads: 2,
};
const t0 = performance.now();
await ort.InferenceSession.create(bytes, base);
console.log("cold", (performance.now() - t0).toFixed(0));
const variants = {
  base,
  noaot: { ...base, extra: { session: { disable_aot_function_inlining: "1" } } },
  noprepack: { ...base, extra: { session: { disable_prepacking: "1" } } },
  basic: { ...base, graphOptimizationLevel: "basic" },
  pattern: { ...base, enableMemPattern: true },
  save: { ...base, optimizedModelFilePath: "/tmp/esc/m.ort", extra: { session: { save_model_format: "ORT" } } },
  saveonnx: { ...base, optimizedModelFilePath: "/tmp/esc/m.opt.onnx" },
};
for (let round = 0; round < 3; round++)
  for (const [name, o] of Object.entries(variants)) {
    const t = performance.now();
    const s = await ort.InferenceSession.create(bytes, o);
    console.log(name, (performance.now() - t).toFixed(0));
    await s.release();
  }
const ob = readFileSync("/tmp/esc/m.ort");
console.log("ort bytes", ob.length);
for (let round = 0; round < 3; round++) {
  for (const [name, o] of Object.entries({ ort: base, ortfile: { ...base }, ortnoaot: variants.noaot })) {
    const t = performance.now();
    const s = await ort.InferenceSession.create(name === "ortfile" ? "/tmp/esc/m.ort" : ob, o);
    console.log(name, (performance.now() - t).toFixed(0));
    await s.release();
  }
}
