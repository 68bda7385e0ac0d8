// The gradients of all filters of YOLOv8n, each convolution by itself, by three routes in turn: `plain` (a slice and a matmul for
// each tap), `default` (operators on blocks of channels, of tensors with their channels first) and `blocked` (of tensors in blocks).
//
//     npm run build && node bench/filter-gradient.mjs [--imgsz 320 --batch 16] [--model yolov8n.yaml] [--runs 9]
//
// prints a line for each shape and the sums: milliseconds in operators by ONNX Runtime's profile, medians, with the
// reordering of the operands where a route needs one. The operands come out of convolutions, as in a network.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { enterScope, RecordedStep, recordCalls, registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "yolov8n.yaml" },
    imgsz: { type: "string", default: "320" },
    batch: { type: "string", default: "16" },
    runs: { type: "string", default: "9" },
    threads: { type: "string", default: "2" },
  },
});
const [imgsz, batch, runs, threads] = [values.imgsz, values.batch, values.runs, values.threads].map(Number);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** The model's convolutions, and how many there are of each. */
async function convolutions() {
  const model = new DetectionModel(await readModelConfig(values.model), { rng: new Random(0) });
  const inputs = [{ name: "x", shape: [batch, imgsz, imgsz, 3] }];
  const calls = await recordCalls(
    (x) =>
      Object.values(model.train().forward(x))
        .flat()
        .filter((value) => value instanceof tf.Tensor),
    {
      inputs,
    },
  );
  const shapes = new Map(
    calls.flatMap(({ name, outputs }) => outputs.map((o, i) => [i ? `${name}:${i}` : name, o.shape])),
  );
  const found = new Map();
  for (const { kernel, attrs, inputs, outputs } of calls) {
    if (!["Conv2D", "FusedConv2D"].includes(kernel)) continue;
    const [x, filter] = inputs.map((name) => shapes.get(name));
    const stride = [attrs.strides].flat()[0];
    const key = `${x.join("×")} to ${filter[3]}, ${filter[0]}×${filter[1]}/${stride}`;
    const conv = found.get(key) ?? { key, x, filter, dy: outputs[0].shape, attrs, count: 0 };
    conv.count++;
    found.set(key, conv);
  }
  return [...found.values()];
}

/** A step that computes a filter's gradient, from operands that convolutions of one channel make. */
function step({ x, dy, filter, attrs }) {
  const operand = (shape) => ({
    data: new Float32Array(shape[0] * shape[1] * shape[2]).fill(0.5),
    shape: [...shape.slice(0, 3), 1],
  });
  const spread = (image, channels) => tf.conv2d(image, tf.fill([1, 1, 1, channels], 0.5), 1, "same");
  const recorded = new RecordedStep(({ a, b }) => {
    const inputs = { x: spread(a, x[3]), dy: spread(b, dy[3]) };
    const leave = enterScope("gradient");
    const dw = tf.engine().runKernel("Conv2DBackpropFilter", inputs, { ...attrs, filterShape: filter });
    leave();
    return { sum: tf.sum(dw) };
  }, []);
  return { recorded, inputs: { a: operand(x), b: operand(dy) } };
}

/** Milliseconds of a run in the nodes of the scope, by the profiles since the last call; nodes of a body are part of the node that has it. */
function profiled(folder) {
  // Profiles that have ended have tables beside them.
  const names = readdirSync(folder);
  const ended = names.filter((name) => name.endsWith(".md")).map((name) => name.slice(0, -3));
  const files = names.filter((name) => name.endsWith(".json") && ended.some((each) => name.startsWith(`${each}_`)));
  const times = new Map();
  for (const file of files) {
    const events = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const nodes = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
    let end = 0;
    for (const { name, ts, dur } of nodes.sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
      if (ts < end) continue;
      end = ts + dur;
      if (name.startsWith("gradient/")) times.set(name, [...(times.get(name) ?? []), dur / 1000]);
    }
  }
  for (const name of [...files, ...ended.map((each) => `${each}.md`)]) rmSync(join(folder, name));
  return [...times.values()].reduce((sum, all) => sum + median(all), 0);
}

const folder = mkdtempSync(join(tmpdir(), "lookonce-filter-gradient-"));
process.env.LOOKONCE_PROFILE = folder;
const routes = { plain: false, default: undefined, blocked: true };
for (const [name, blocks] of Object.entries(routes)) await registerOnnxRuntime({ name, blocks, threads });
await registerOnnxRuntime();
await tf.setBackend("onnxruntime");
const totals = Object.fromEntries(Object.keys(routes).map((name) => [name, 0]));
for (const conv of await convolutions()) {
  const line = [];
  for (const name of Object.keys(routes)) {
    await tf.setBackend(name);
    const { recorded, inputs } = step(conv);
    for (let i = 0; i < runs; i++) await recorded.run(inputs);
    await recorded.free();
    const ms = profiled(folder);
    totals[name] += conv.count * ms;
    line.push(`${name} ${ms.toFixed(2)}`);
  }
  console.log(`${conv.count} of ${conv.key}: ${line.join(", ")}`);
}
console.log(
  JSON.stringify({
    imgsz,
    batch,
    ...Object.fromEntries(Object.entries(totals).map(([name, ms]) => [name, Math.round(ms)])),
  }),
);
// When the process ends, the graphs that are left write theirs first.
process.once("exit", () => rmSync(folder, { recursive: true }));
