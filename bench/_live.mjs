import { readFileSync } from "node:fs";
import { parseModel } from "@lookonce/onnx";

const [modelFile, profFile] = process.argv.slice(2);
const { graph } = parseModel(readFileSync(modelFile));
const events = JSON.parse(readFileSync(profFile, "utf8")).filter(
  (e) => e.cat === "Node" && e.name.endsWith("_kernel_time"),
);
const n = events.length % 2 ? events.length : events.length / 2;
const first = events.slice(0, n);
const byName = new Map(graph.nodes.map((node) => [node.name, node]));
const size = new Map();
const itemsize = { float: 4, int64: 8, int32: 4, bool: 1, uint8: 1, float16: 2, double: 8 };
const order = first.map((e) => {
  const node = byName.get(e.name.replace(/_kernel_time$/, ""));
  if (!node) throw new Error(e.name);
  const outs = e.args.output_type_shape;
  let k = 0;
  for (const o of node.outputs) {
    if (o === "") continue;
    const t = outs[k++];
    if (!t) continue;
    const [[type, shape]] = Object.entries(t);
    size.set(o, shape.reduce((a, b) => a * b, 1) * (itemsize[type] ?? 4));
  }
  return node;
});
const isInput = new Set([...graph.inputs.map((i) => i.name), ...graph.initializers.keys()]);
const alias = new Map(); // Reshape etc. share the buffer
const root = (x) => {
  while (alias.has(x)) x = alias.get(x);
  return x;
};
for (const node of order)
  if (
    ["Reshape", "Identity", "Unsqueeze", "Squeeze", "Flatten"].includes(node.op) &&
    !node.outputs[0].startsWith("output")
  )
    alias.set(node.outputs[0], node.inputs[0]);
export function simulate(order) {
  const last = new Map();
  order.forEach((node, i) => {
    for (const x of node.inputs) if (x) last.set(root(x), i);
  });
  let live = 0,
    peak = 0,
    at = 0;
  const alive = new Set();
  let snapshot;
  const dieAt = new Map();
  for (const [x, i] of last) (dieAt.get(i) ?? dieAt.set(i, []).get(i)).push(x);
  order.forEach((node, i) => {
    for (const o of node.outputs)
      if (o && !alias.has(o)) {
        live += size.get(o) ?? 0;
        alive.add(o);
      }
    if (live > peak) {
      peak = live;
      at = i;
      snapshot = [...alive];
    }
    for (const x of dieAt.get(i) ?? [])
      if (alive.has(x)) {
        alive.delete(x);
        live -= size.get(x) ?? 0;
      }
  });
  return { peak, at, snapshot, last };
}
const producer = new Map();
for (const node of order) for (const o of node.outputs) producer.set(o, node);
const a = simulate(order);
console.log("ORT order: peak", (a.peak / 1e6).toFixed(0), "at", a.at, order[a.at].name);
const fileOrder = graph.nodes;
const b = simulate(fileOrder);
console.log("file order: peak", (b.peak / 1e6).toFixed(0), "at", b.at, fileOrder[b.at].name);
// DFS orders
function dfs(nodes, leavesOnly = true) {
  const index = new Map(nodes.map((x, i) => [x, i]));
  const isRead = new Set(nodes.flatMap((x) => x.inputs));
  const leaves = nodes.filter((x) => !x.outputs.some((o) => isRead.has(o)));
  const stack = leaves.map((x) => [x, false]);
  const seen = new Set();
  const out = [];
  while (stack.length) {
    const [x, leave] = stack.pop();
    if (leave) {
      out.push(x);
      continue;
    }
    if (seen.has(x)) continue;
    seen.add(x);
    stack.push([x, true]);
    const ins = [...new Set(x.inputs.map((i) => producer.get(i)).filter(Boolean))].sort(
      (p, q) => index.get(p) - index.get(q),
    );
    for (const y of ins) if (!seen.has(y)) stack.push([y, false]);
  }
  return out;
}
const d = dfs(fileOrder);
console.log(
  "dfs sim same as ORT:",
  d.every((x, i) => x === order[i]),
  (simulate(d).peak / 1e6).toFixed(0),
);
const r = dfs([...fileOrder].reverse());
const c = simulate(r);
console.log("reversed dfs: peak", (c.peak / 1e6).toFixed(0), "at", c.at, r[c.at].name);
// what lives at the peak
const groups = new Map();
const users = new Map();
order.forEach((node, i) => {
  for (const x of node.inputs)
    if (x) {
      const k = root(x);
      (users.get(k) ?? users.set(k, []).get(k)).push([i, node.op]);
    }
});
for (const x of a.snapshot) {
  const s = size.get(x) ?? 0;
  if (s < 1e5) continue;
  const later = [...new Set((users.get(x) ?? []).filter(([i]) => i > a.at).map(([, op]) => op))].sort().join("+");
  const key = `${producer.get(x).op} -> ${later}`;
  const g = groups.get(key) ?? { n: 0, s: 0 };
  g.n++;
  g.s += s;
  groups.set(key, g);
}
for (const [k, g] of [...groups].sort((p, q) => q[1].s - p[1].s).slice(0, 40))
  console.log((g.s / 1e6).toFixed(0).padStart(6), String(g.n).padStart(4), k);
