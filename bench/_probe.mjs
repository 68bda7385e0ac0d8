import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ort = require("onnxruntime-node");
const create = ort.InferenceSession.create;
const extra = process.env.EXTRA ? JSON.parse(process.env.EXTRA) : {};
ort.InferenceSession.create = async function (bytes, options) {
  const o = { ...options, ...extra };
  if (process.env.PROF && bytes.length > 1e5)
    Object.assign(o, { enableProfiling: true, profileFilePrefix: process.env.PROF });
  if (process.env.SAVE && bytes.length > 1e5) writeFileSync(process.env.SAVE, bytes);
  const t = performance.now();
  const r0 = process.memoryUsage.rss();
  const s = await create.call(this, bytes, o);
  console.error(
    `create ${bytes.length} bytes: ${(performance.now() - t).toFixed(0)} ms, rss +${((process.memoryUsage.rss() - r0) / 1e6).toFixed(0)} MB -> ${(process.memoryUsage.rss() / 1e6).toFixed(0)}`,
  );
  const run = s.run.bind(s);
  let n = 0;
  s.run = async (...a) => {
    const t = performance.now();
    const r = await run(...a);
    if (n++ < 3 && bytes.length > 1e5)
      console.error(
        `run ${n}: ${(performance.now() - t).toFixed(0)} ms, rss ${(process.memoryUsage.rss() / 1e6).toFixed(0)}`,
      );
    if (process.env.PROF && n === 2) s.endProfiling();
    return r;
  };
  return s;
};
await import("./yolov8n.mjs");
