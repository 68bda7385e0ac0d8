import { printable } from "@lookonce/errors";
import { usedMemory } from "#memory-meter";
import type { Communication } from "../ranks/communication.ts";
import { describeUnreadable } from "../unreadable-images.ts";
import type { BatchInfo, EpochInfo, RunInfo, TrainCallbacks } from "./callbacks.ts";

/** Where progress is written: `process.stderr`, or anything that accepts text. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Shows a run: a live line on a terminal, one plain line an epoch elsewhere. */
export function progress(stream: ProgressStream): TrainCallbacks {
  return stream.isTTY ? terminalProgress(stream) : plainProgress(stream);
}

/** A line an epoch, for logs. */
export function plainProgress(stream: ProgressStream): TrainCallbacks {
  let run: RunInfo | undefined;
  return {
    onTrainStart(info) {
      run = info;
      for (const found of [info.precision, info.autoBatch, info.anchors]) {
        if (found?.line !== undefined) stream.write(`${printable(found.line)}\n`);
      }
      stream.write(`${printable(describeRun(info))}\n`);
    },
    onFitEpochEnd(epoch) {
      stream.write(`${describeEpoch(epoch, run)}\n`);
    },
    onWarning({ epoch, message }) {
      stream.write(`epoch ${epoch + 1}: ${printable(message)}\n`);
    },
    onTrainEnd({ directory, seconds, interrupted, unreadable, communication }) {
      if (unreadable !== undefined) {
        const images = `training image${unreadable.count === 1 ? "" : "s"}`;
        const line = `${unreadable.count} ${images} could not be read: ${describeUnreadable(unreadable)}`;
        stream.write(`${printable(line)}\n`);
      }
      const waited = communication === undefined ? "" : `, ${describeCommunication(communication)}`;
      stream.write(
        `${interrupted ? "stopped" : "done"} after ${duration(seconds)}${waited}: ${printable(directory)}\n`,
      );
    },
  };
}

/** A line that is written over while an epoch lasts and stays when it is over. */
export function terminalProgress(stream: ProgressStream): TrainCallbacks {
  const plain = plainProgress(stream);
  let run: RunInfo | undefined;
  const show = (line: string): void => {
    stream.write(`\r\u001b[K${line.slice(0, Math.max(20, (stream.columns ?? 120) - 1))}`);
  };
  return {
    ...plain,
    async onTrainStart(info) {
      run = info;
      await plain.onTrainStart?.(info);
    },
    onTrainBatchEnd: (batch) => show(describeBatch(batch, run as RunInfo)),
    onValBatchEnd: ({ done, batches }) => show(`validating ${bar(done, batches)} ${done}/${batches}`),
    async onFitEpochEnd(epoch) {
      stream.write("\r\u001b[K");
      await plain.onFitEpochEnd?.(epoch);
    },
    async onWarning(warning) {
      stream.write("\r\u001b[K");
      await plain.onWarning?.(warning);
    },
    async onTrainEnd(end) {
      // The best weights may have been validated since the last epoch.
      stream.write("\r\u001b[K");
      await plain.onTrainEnd?.(end);
    },
  };
}

function describeRun({ directory, epochs, iterations, batch, imgsz, recipe, amp = false, ranks = 1 }: RunInfo): string {
  const { optimizer, lr0 } = recipe;
  const shared = ranks > 1 ? `, shared by ${ranks} ranks` : "";
  return `training to ${directory}: ${epochs} ${epochs === 1 ? "epoch" : "epochs"} of ${iterations} batches of ${batch}${shared}, imgsz ${imgsz}, ${optimizer} at ${lr0}${amp ? ", mixed precision" : ""}`;
}

function describeBatch(batch: BatchInfo, { epochs, iterations }: RunInfo): string {
  const { epoch, iteration, mean, instances, imagesPerSecond, secondsLeft } = batch;
  const memory = usedMemory();
  return [
    `${epoch + 1}/${epochs}`,
    bar(iteration + 1, iterations),
    `${iteration + 1}/${iterations}`,
    describeNumbers(mean),
    `${instances} instances`,
    ...(memory === undefined ? [] : [`${(memory / 2 ** 30).toFixed(2)} GiB`]),
    `${imagesPerSecond.toFixed(1)} images/s`,
    duration(secondsLeft),
  ].join("  ");
}

function describeEpoch(
  { epoch, losses, validation, isBest, seconds, imagesPerSecond, communication }: EpochInfo,
  run: RunInfo | undefined,
): string {
  const parts = [`${epoch + 1}/${run?.epochs ?? "?"}`, describeNumbers(losses)];
  if (validation !== undefined) {
    parts.push(`${describeNumbers(validation.table[0].scores)}${isBest ? " *" : ""}`);
  }
  if (imagesPerSecond !== undefined && communication !== undefined) {
    parts.push(`${imagesPerSecond.toFixed(1)} images/s, ${describeCommunication(communication)}`);
  }
  parts.push(duration(seconds));
  return parts.join("  ");
}

function describeCommunication({ seconds, share }: Communication): string {
  return `${seconds.toFixed(1)} s (${(share * 100).toFixed(0)} %) in communication`;
}

function describeNumbers(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`)
    .join(" ");
}

function bar(done: number, all: number): string {
  const width = 20;
  const filled = all > 0 ? Math.round((done / all) * width) : width;
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
}

/** `1:02:03`, or `2:03` below an hour. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
