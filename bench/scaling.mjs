// How time and memory of a training step grow: with the batch, the images' side, the network, threads, and the kinds of
// steps that alternate in a training.
//
//     npm run build && node bench/scaling.mjs [--only batch,side,model,threads,memory] [--quick] [--steps 3]
//
// prints a table for each, in one run. A line's growth is what it needs for each pixel, relative to the line that is marked
// with *: 1 is linear, below 1 is better. Memory counts from before the first step, when the network is there. What would
// not fit into free memory, by the growth so far, is skipped and named; so is, at the end, what grows by more than 1.1 times
// its pixels, or exceeds its mark. `--quick` measures the small half. All of it takes some 6 minutes at rest.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    steps: { type: "string", default: "3" },
  },
});

/** What is measured by axis; the work that growth is relative to comes first. */
const point = (options) => ({ model: "yolov8n", imgsz: 320, batch: 8, threads: 2, ...options });
const axes = {
  batch: [8, 1, 2, 4, 16, 32].map((batch) => point({ batch })),
  side: [320, 160, 480, 640, 960, 1280].map((imgsz) => point({ imgsz, batch: 2 })),
  model: ["n", "s", "m"].map((size) => point({ model: `yolov8${size}` })),
  threads: [1, 2].map((threads) => point({ threads })),
  memory: [
    point({ imgsz: 640, mark: 2 }),
    point({ imgsz: 640, objects: "16,64,256", mark: 3 }),
    point({ imgsz: 640, objects: "16,64,256", accumulate: true, mark: 3 }),
    point({ imgsz: 640, batch: 16, model: "yolov8s", mark: 12 }),
  ],
};
const pixelsOf = ({ imgsz, batch }) => imgsz * imgsz * batch;

/** What grew by more than linearly, or needs more than its mark. */
const beyond = [];

function measure({ accumulate = false, mark: _, ...options }) {
  const kinds = (options.objects?.split(",").length ?? 1) * (accumulate ? 2 : 1);
  // Every kind of step once before the clock runs.
  const args = { mode: "train", ...options, steps: kinds * Number(values.steps), warmup: kinds };
  const flags = Object.entries(args).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const script = fileURLToPath(new URL("yolov8n.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [script, ...flags, ...(accumulate ? ["--accumulate"] : [])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output.trim().split("\n").at(-1));
}

/** The lines of a table, in the order of the work's size. */
function lines(points) {
  const [reference] = points;
  const measured = new Map();
  for (const one of [...points].sort((a, b) => pixelsOf(a) - pixelsOf(b))) {
    const largest = [...measured.values()].at(-1);
    const grown = largest === undefined ? 0 : (largest.peakBytes / pixelsOf(largest)) * pixelsOf(one);
    if (grown > 0.9 * process.availableMemory())
      console.error(`skipped: ${name(one)} would need some ${(grown / 1e9).toFixed(0)} GB`);
    else if (!values.quick || pixelsOf(one) <= 8 * 320 * 320) measured.set(one, { ...one, ...measure(one) });
  }
  const base = measured.get(reference) ?? [...measured.values()][0];
  const perPixel = (result, what) => what(result) / pixelsOf(result) / (what(base) / pixelsOf(base));
  const growth = (result, what) => (result === base ? "*" : perPixel(result, what).toFixed(2));
  return [...measured].map(([one, result]) => {
    const seconds = ({ secondsPerStep }) => secondsPerStep;
    const bytes = ({ peakBytes, baseBytes }) => peakBytes - baseBytes;
    const peak = (result.peakBytes / 1e9).toFixed(2);
    const cells = [
      name(one),
      result.secondsPerStep.toFixed(3),
      growth(result, seconds),
      result.firstStep.toFixed(2),
      one.mark === undefined ? peak : `${peak} (mark ${one.mark})`,
      (bytes(result) / 1e9).toFixed(2),
      growth(result, bytes),
    ];
    if (result.peakBytes > one.mark * 1e9) beyond.push(`${name(one)}: ${peak} GB`);
    // Networks of another size and other threads are not the same work.
    if (one.model === base.model && one.threads === base.threads && pixelsOf(one) > pixelsOf(base)) {
      for (const [what, quantity] of Object.entries({ time: seconds, memory: bytes })) {
        if (perPixel(result, quantity) > 1.1)
          beyond.push(`${name(one)}: ${what} ${growth(result, quantity)} of linear`);
      }
    }
    return `| ${cells.join(" | ")} |`;
  });
}

function name({ model, imgsz, batch, threads, objects = "16", accumulate = false }) {
  const unusual = objects === "16" ? "" : `, ${objects} targets`;
  const often = accumulate ? ", accumulating" : "";
  return `${model}, ${imgsz}, batch ${batch}, ${threads} thread${threads === 1 ? "" : "s"}${unusual}${often}`;
}

console.log(`${cpus()[0].model}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`);
for (const axis of values.only?.split(",") ?? Object.keys(axes)) {
  if (axes[axis] === undefined) throw new Error(`--only: "${axis}" is none of ${Object.keys(axes).join(", ")}`);
  console.log(`\n| ${axis} | step, s | growth | first step, s | peak, GB | of it for steps, GB | growth |`);
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  console.log(lines(axes[axis]).join("\n"));
}
console.log(
  beyond.length === 0
    ? "\nUpwards of the lines with *, nothing grows by more than 1.1 times its pixels or exceeds its mark."
    : `\nBeyond 1.1 times linear, or its mark:\n- ${beyond.join("\n- ")}`,
);
