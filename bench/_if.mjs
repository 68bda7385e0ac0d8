import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseModel, serializeModel } from "@lookonce/onnx";

const ort = createRequire(import.meta.url)("onnxruntime-node");
const files = process.argv.slice(3);
const mode = process.argv[2];
const models = files.map((f) => parseModel(readFileSync(f)));
const rss = () => (process.memoryUsage.rss() / 1e6).toFixed(0);
const opts = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "disabled",
  enableMemPattern: false,
  logSeverityLevel: 3,
  intraOpNumThreads: 2,
};
const dtypes = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const mk = ({ type, shape }) =>
  new ort.Tensor(type, new dtypes[type](shape.reduce((a, b) => a * b, 1)).fill(type === "float32" ? 0.01 : 1), shape);
async function time(label, s, feeds, fetches) {
  for (let i = 0; i < 3; i++) {
    const t = performance.now();
    await s.run(feeds, fetches);
    console.log(label, (performance.now() - t).toFixed(0), "ms rss", rss());
  }
}
if (mode === "sep") {
  for (const [i, m] of models.entries()) {
    const t = performance.now();
    const s = await ort.InferenceSession.create(serializeModel(m), opts);
    console.log("create", (performance.now() - t).toFixed(0));
    const feeds = Object.fromEntries(m.graph.inputs.map((v) => [v.name, mk(v)]));
    const fetches = Object.fromEntries(m.graph.outputs.map((v) => [v.name, mk(v)]));
    await time(files[i], s, feeds, fetches);
    globalThis[`k${i}`] = s;
  }
} else {
  const inputs = new Map();
  const graphs = models.map(({ graph }, k) => {
    const map = new Map();
    for (const v of graph.inputs) {
      const key = `${v.name}__${v.shape.join("x")}`;
      inputs.set(key, { ...v, name: key });
      map.set(v.name, key);
    }
    const r = (x) => map.get(x) ?? x;
    return {
      name: `g${k}`,
      inputs: [],
      outputs: graph.outputs,
      initializers: graph.initializers,
      nodes: graph.nodes.map((n) => ({ ...n, inputs: n.inputs.map(r) })),
    };
  });
  let inner = graphs.at(-1);
  for (let k = graphs.length - 2; k >= 0; k--) {
    const outs = inner.outputs.map((o, i) => `l${k}_${i}`);
    const cond = { name: `is${k}`, type: "bool", shape: [] };
    inputs.set(cond.name, cond);
    inner = {
      name: `sel${k}`,
      inputs: [],
      initializers: new Map(),
      outputs: inner.outputs.map((o, i) => ({ ...o, name: outs[i] })),
      nodes: [
        {
          op: "If",
          domain: "",
          name: `if${k}`,
          inputs: [cond.name],
          outputs: outs,
          attributes: { then_branch: { graph: graphs[k] }, else_branch: { graph: inner } },
        },
      ],
    };
  }
  const top = { ...inner, inputs: [...inputs.values()] };
  const t = performance.now();
  const s = await ort.InferenceSession.create(serializeModel({ ...models[0], graph: top }), opts);
  console.log("create", (performance.now() - t).toFixed(0), rss());
  const feeds = Object.fromEntries(top.inputs.map((v) => [v.name, mk(v)]));
  const fetches = Object.fromEntries(top.outputs.map((v) => [v.name, mk(v)]));
  for (let round = 0; round < 2; round++)
    for (const [i] of models.entries()) {
      for (let k = 0; k < models.length - 1; k++)
        feeds[`is${k}`] = new ort.Tensor("bool", Uint8Array.from([k === i ? 1 : 0]), []);
      await time(files[i], s, feeds, fetches);
    }
}
