import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const ort = createRequire(import.meta.url)("onnxruntime-node");
const bytes = readFileSync(process.argv[2]);
const base = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "disabled",
  enableMemPattern: false,
  logSeverityLevel: 3,
  intraOpNumThreads: 2,
};
for (let i = 0; i < 5; i++) {
  const t = performance.now();
  const s = await ort.InferenceSession.create(bytes, base);
  console.log((performance.now() - t).toFixed(0));
  await s.release();
}
