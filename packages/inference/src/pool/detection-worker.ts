// The program of a predictor's worker thread: prepares images and, where it has a network, finds objects in them.
import { parentPort, workerData } from "node:worker_threads";
import { type DetectedImage, detectPrepared, type PreparedImage, prepareImage } from "../detect.ts";
import { createDetector } from "../detector/map-detector.ts";
import {
  imagesOf,
  type SentError,
  sendError,
  type WorkerOutcome,
  type WorkerReply,
  type WorkerSetup,
  type WorkerTask,
} from "./messages.ts";

const port = parentPort;
if (port === null) throw new Error("This file is the program of a worker thread.");
const { letterbox, spec, threads } = workerData as WorkerSetup;
const detector = spec === undefined ? undefined : await createDetector(spec, { threads });

type Prepared = PreparedImage | { error: SentError };

async function prepare(content: WorkerTask["contents"][number]): Promise<Prepared> {
  try {
    return await prepareImage(content, letterbox);
  } catch (error) {
    return { error: sendError(error) };
  }
}

async function detect(prepared: readonly Prepared[], options: WorkerTask["options"]): Promise<WorkerOutcome[]> {
  const whole = prepared.filter((each) => !("error" in each)) as PreparedImage[];
  if (detector === undefined) return prepared.map((each) => ("error" in each ? each : { prepared: each }));
  const found = await detectPrepared(
    detector,
    whole.map((one) => ({ prepared: one, options })),
  );
  return prepared.map((each) => {
    if ("error" in each) return each;
    return { image: each.image, detected: found[whole.indexOf(each)] as DetectedImage };
  });
}

async function outcomesOf({ contents, options }: WorkerTask): Promise<WorkerOutcome[]> {
  // Files are read and decoded on threads of their own, while this one runs the network for the task before.
  const prepared = await Promise.all(contents.map(prepare));
  try {
    return await detect(prepared, options);
  } catch (error) {
    return contents.map(() => ({ error: sendError(error) }));
  }
}

port.on("message", async (task: WorkerTask | "stop") => {
  if (task === "stop") {
    port.close();
    return;
  }
  const reply: WorkerReply = { id: task.id, outcomes: await outcomesOf(task) };
  port.postMessage(reply, imagesOf(reply.outcomes));
});
port.postMessage("ready" satisfies WorkerReply);
