// What train-in-browser.mjs does in a worker of a tab and, to compare with, in Node.
import { Dataset } from "@lookonce/data";
import { setDevice } from "@lookonce/device";
import { dirname, flushFiles, mkdirSync, mountFiles, writeFileSync } from "@lookonce/files";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { train } from "@lookonce/trainer";

/** Enters a device, in a tab with the files of a server's `/data` stored in the origin's files. */
export async function prepare({ files = [], device = "cpu", ...options }) {
  await mountFiles();
  for (const name of files) {
    const path = `/data/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, new Uint8Array(await (await fetch(path)).arrayBuffer()));
  }
  await flushFiles();
  await setDevice(device, options);
}

/**
 * Trains a new model.
 *
 * @param warmUp number of the first batches, which compile, and are not timed
 * @param batches after which it stops
 * @returns milliseconds of each step that is timed, the clock when they began and ended, and mAP50 of the epochs
 */
export async function learn({ yaml, config, warmUp = 0, batches = Number.POSITIVE_INFINITY, ...options }) {
  const [data, valData] = [await Dataset.open({ yaml, split: "train" }), await Dataset.open({ yaml, split: "val" })];
  const { names } = data;
  const model = new DetectionModel(parseModelConfig({ ...config, nc: names.length }, { name: "shapes.yaml" }), {
    rng: new Random(0),
    names,
  });
  const stop = new AbortController();
  const steps = [];
  const scores = [];
  const clock = [];
  // Of this process; tabs do not know theirs
  const processor = [];
  let start = 0;
  let done = 0;
  const timing = {
    onTrainBatchStart() {
      start = performance.now();
    },
    onTrainBatchEnd() {
      done++;
      if (done > warmUp) steps.push(performance.now() - start);
      if (done === warmUp || done === batches) {
        clock.push(Date.now());
        processor.push(globalThis.process?.cpuUsage());
      }
      if (done === batches) stop.abort();
    },
    onFitEpochEnd: ({ validation }) => void (validation && scores.push(validation.map50)),
  };
  const { seconds } = await train(model, {
    ...{ ...options, data, valData, workers: 0, signal: stop.signal },
    callbacks: [timing],
  });
  model.dispose();
  const [from, to] = processor;
  const processorMs = from && to && (to.user + to.system - from.user - from.system) / 1000;
  return { seconds, steps, clock, processorMs, scores };
}
