import { availableParallelism } from "node:os";
import type { Image } from "@lookonce/image";
import { WorkerPool } from "@lookonce/worker-pool";
import type { Detector, DetectorOutput } from "../detector/detector.ts";
import { joinMaps } from "../detector/map-detector.ts";
import type { DetectionTasks, WorkerSetup } from "./detection-tasks.ts";
import { threadCounts } from "./detection-threads.ts";
import { workerAddress } from "./worker-address.ts";

/** A network that runs on batches of prepared images: what validation uses of a detector. */
export type BatchDetector = Pick<Detector, "detect" | "dispose">;

/**
 * Runs a detector's network in worker threads, an image in each at a time, which on the CPU is faster than all threads on
 * one image.
 *
 * @param detector disposed of with the result, or at once where the threads have copies of its network
 * @param options cores to use, by default all, and whether outputs have the raw maps
 * @returns the detector itself where its network cannot run in other threads, or there would be one
 */
export async function detectInThreads(
  detector: Detector,
  { cores = availableParallelism(), raw }: { cores?: number | undefined; raw: boolean },
): Promise<BatchDetector> {
  const spec = cores > 1 ? await detector.spec?.() : undefined;
  if (spec?.kind !== "maps") return detector;
  const { workers, threads } = threadCounts({ cores, modelBytes: spec.model.length });
  if (workers === 1) return detector;
  await detector.dispose();
  const workerData: WorkerSetup = { spec, threads, raw };
  const pool = new WorkerPool<DetectionTasks>({
    program: workerAddress,
    name: "lookonce detector",
    workerData,
    maxWorkers: workers,
  });
  pool.spawnAll();
  return {
    async detect(images, conf) {
      const outputs = await Promise.all(images.map((image) => pool.run("run", { image: alone(image), conf })));
      return joinOutputs(outputs, { workers, raw });
    },
    dispose: () => pool.dispose(),
  };
}

/** An image in memory of its own: a view is sent with all of the memory that it is a part of. */
function alone(image: Image): Image {
  return { ...image, data: image.data.slice() };
}

function joinOutputs(
  outputs: readonly DetectorOutput[],
  { workers, raw }: { workers: number; raw: boolean },
): DetectorOutput {
  const sum = (key: "prepareMs" | "inferenceMs"): number =>
    outputs.reduce((ms, output) => ms + output[key], 0) / workers;
  const maps = outputs.map((output) => output.raw ?? []);
  return {
    predictions: outputs.flatMap(({ predictions }) => predictions),
    prepareMs: sum("prepareMs"),
    inferenceMs: sum("inferenceMs"),
    ...(raw ? { raw: joinMaps(maps) } : {}),
  };
}
