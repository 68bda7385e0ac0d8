// phases of the first step
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ort = require("onnxruntime-node");
const create = ort.InferenceSession.create;
globalThis.marks = [];
const mark = (what) => marks.push([what, performance.now(), process.memoryUsage.rss()]);
ort.InferenceSession.create = async function (bytes, options) {
  mark(`before create (${bytes.length})`);
  const s = await create.call(this, bytes, options);
  mark("created");
  const run = s.run.bind(s);
  s.run = async (...a) => {
    mark("before run");
    const r = await run(...a);
    mark("ran");
    return r;
  };
  return s;
};
process.on("exit", () => {
  let last = marks[0]?.[1];
  for (const [w, t, r] of marks) {
    console.error(w.padEnd(28), (t - last).toFixed(0).padStart(6), (r / 1e6).toFixed(0).padStart(6));
    last = t;
  }
});
await import("./yolov8n.mjs");
