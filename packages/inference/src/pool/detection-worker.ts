// The program of a predictor's worker thread: prepares images and, where it has a network, detects objects in them.
import { workerData } from "node:worker_threads";
import { encodeError, type SentError, serveTasks, Transfer } from "@lookonce/worker-pool";
import { type DetectedImage, detectPrepared, type PreparedImage, prepareImage } from "../detect.ts";
import { createDetector } from "../detector/map-detector.ts";
import type { ImageSource } from "../sources/source.ts";
import { type DetectionTasks, memoryOf, type WorkerOutcome, type WorkerSetup } from "./detection-tasks.ts";

const { letterbox, spec, threads } = workerData as WorkerSetup;
const detector = spec === undefined ? undefined : await createDetector(spec, { threads });

async function prepare(image: ImageSource): Promise<{ prepared: PreparedImage } | { error: SentError }> {
  try {
    return { prepared: await prepareImage(image, letterbox) };
  } catch (error) {
    return { error: encodeError(error) };
  }
}

async function detect({ images, options }: DetectionTasks["detect"]["request"]): Promise<WorkerOutcome[]> {
  const outcomes = await Promise.all(images.map(prepare));
  if (detector === undefined) return outcomes;
  const tasks = outcomes.flatMap((one) => ("prepared" in one ? [{ prepared: one.prepared, options }] : []));
  const detected = (await detectPrepared(detector, tasks)).values();
  return outcomes.map((one) =>
    "error" in one ? one : { image: one.prepared.image, detected: detected.next().value as DetectedImage },
  );
}

function imagesOf(outcome: WorkerOutcome): PreparedImage["image"][] {
  if ("error" in outcome) return [];
  return "image" in outcome ? [outcome.image] : [outcome.prepared.image, outcome.prepared.boxed.image];
}

serveTasks<DetectionTasks>(
  {
    async detect(request) {
      const outcomes = await detect(request);
      return new Transfer(outcomes, memoryOf(outcomes.flatMap(imagesOf)));
    },
  },
  // Files are read and decoded on threads of their own, while this one runs the network for the task before
  { concurrent: true },
);
