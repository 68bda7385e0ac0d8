import { readFileSync } from "node:fs";
import { parseModel } from "@lookonce/onnx";

const { graph } = parseModel(readFileSync(process.argv[2]));
const count = new Map();
for (const n of graph.nodes) count.set(n.op, (count.get(n.op) ?? 0) + 1);
console.log(
  graph.nodes.length,
  "nodes",
  graph.initializers.size,
  "init",
  graph.inputs.length,
  "in",
  graph.outputs.length,
  "out",
);
console.log(
  [...count]
    .sort((a, b) => b[1] - a[1])
    .map(([k, v]) => `${k} ${v}`)
    .join(", "),
);
// CSE
const canon = new Map();
const c = (x) => canon.get(x) ?? x;
const seen = new Map();
let dup = 0;
const dupOps = {};
for (const n of graph.nodes) {
  const key = JSON.stringify([n.op, n.domain, n.inputs.map(c), n.attributes], (_, v) =>
    typeof v === "bigint" ? `${v}n` : v,
  );
  const k = seen.get(key);
  if (k) {
    dup++;
    dupOps[n.op] = (dupOps[n.op] ?? 0) + 1;
    n.outputs.forEach((o, i) => canon.set(o, k.outputs[i]));
  } else seen.set(key, n);
}
console.log("dups", dup, dupOps);
const inits = new Set(graph.initializers.keys());
let fold = 0;
const foldOps = {};
const isConst = new Set(inits);
for (const n of graph.nodes)
  if (n.inputs.every((i) => isConst.has(i))) {
    fold++;
    foldOps[n.op] = (foldOps[n.op] ?? 0) + 1;
    n.outputs.forEach((o) => isConst.add(o));
  }
console.log("const foldable", fold, foldOps);
const prod = new Map();
for (const n of graph.nodes) for (const o of n.outputs) prod.set(o, n);
let rr = 0;
for (const n of graph.nodes) if (n.op === "Reshape" && prod.get(n.inputs[0])?.op === "Reshape") rr++;
console.log("reshape of reshape", rr);
const scope = new Map();
for (const n of graph.nodes) {
  const s = n.name.split("/").slice(0, -1).join("/").split("/")[0] || n.name.split("_")[0];
}
// shapes of scalars
