// The program of a detector's worker thread: prepares images and, where it has a network, detects objects in them.
import { encodeError, type SentError } from "@lookonce/errors";
import { readWorkerData, serveTasks, Transfer } from "@lookonce/worker-pool";
import { type DetectedImage, detectPrepared, type PreparedImage, prepareImage } from "../detect.ts";
import { createDetector } from "../detector/map-detector.ts";
import type { ImageSource } from "../sources/source.ts";
import { type DetectionTasks, memoryOf, type WorkerOutcome, type WorkerSetup } from "./detection-tasks.ts";

const { fit, spec, threads, raw } = await readWorkerData<WorkerSetup>();
const detector = spec === undefined ? undefined : await createDetector(spec, { threads, raw });

async function prepare(image: ImageSource): Promise<{ prepared: PreparedImage } | { error: SentError }> {
  if (fit === undefined) throw new Error("the worker gets images that are prepared");
  try {
    return { prepared: await prepareImage(image, fit) };
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
    async run({ image, conf }) {
      if (detector === undefined) throw new Error("the worker has no network");
      const output = await detector.detect([image], conf);
      // A view is sent with all of the memory that it is a part of
      const predictions = output.predictions.map((one) => ({ ...one, data: one.data.slice() }));
      return { ...output, predictions };
    },
  },
  // Files are read and decoded on threads of their own, while this one runs the network for the task before
  { concurrent: true },
);
