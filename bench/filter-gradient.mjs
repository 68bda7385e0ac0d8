// The gradients of all filters of YOLOv8n, each convolution by itself, by three routes in turn: `plain` (a slice and a matmul for
// each tap), `default` (operators on blocks of channels, of tensors with their channels first) and `blocked` (of tensors in blocks).
//
//     npm run build && node bench/filter-gradient.mjs [--imgsz 320 --batch 16] [--model yolov8n.yaml] [--runs 9]
//
// prints a line for each shape and the sums: milliseconds, the difference between a step with the gradients and one without,
// with the reordering of the operands where a route needs one. The operands come out of convolutions, as in a network.
import { parseArgs } from "node:util";
import { RecordedStep, recordCalls, registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
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

/** How many gradients a step has. */
const copies = 3;

/** Milliseconds of a step with the gradients of a filter, or without, whose operands convolutions of one channel make. */
async function time({ x, dy, filter, attrs }, hasGradients) {
  const spread = (image, channels, i) => tf.conv2d(image, tf.fill([1, 1, 1, channels], 0.1 * (i + 1)), 1, "same");
  const corner = (image) => tf.sum(tf.slice(image, [0, 0, 0, 0], [1, 1, 1, image.shape[3]]));
  const step = new RecordedStep(({ a, b }) => {
    const sums = Array.from({ length: copies }, (_, i) => {
      const operands = { x: spread(a, x[3], i), dy: spread(b, dy[3], i) };
      const used = tf.add(corner(operands.x), corner(operands.dy));
      if (!hasGradients) return used;
      const dw = tf.engine().runKernel("Conv2DBackpropFilter", operands, { ...attrs, filterShape: filter });
      return tf.add(used, tf.sum(dw));
    });
    return { sum: tf.addN(sums) };
  }, []);
  const operand = ([n, h, w]) => ({ data: new Float32Array(n * h * w).fill(0.5), shape: [n, h, w, 1] });
  const inputs = { a: operand(x), b: operand(dy) };
  const times = [];
  await step.run(inputs);
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await step.run(inputs);
    times.push(performance.now() - start);
  }
  await step.free();
  return median(times);
}

const routes = { plain: false, default: undefined, blocked: true };
for (const [name, blocks] of Object.entries(routes)) await registerOnnxRuntime({ name, blocks, threads });
await registerOnnxRuntime();
await tf.setBackend("onnxruntime");
const totals = Object.fromEntries(Object.keys(routes).map((name) => [name, 0]));
for (const conv of await convolutions()) {
  const line = [];
  for (const name of Object.keys(routes)) {
    await tf.setBackend(name);
    const ms = ((await time(conv, true)) - (await time(conv, false))) / copies;
    totals[name] += conv.count * ms;
    line.push(`${name} ${ms.toFixed(2)}`);
  }
  console.log(`${conv.count} of ${conv.key}: ${line.join(", ")}`);
}
const sums = Object.entries(totals).map(([name, ms]) => [name, Math.round(ms)]);
console.log(JSON.stringify({ imgsz, batch, ...Object.fromEntries(sums) }));
