// The program of a loader's worker thread: makes the batches it is asked for, one after the other.
import { parentPort, workerData } from "node:worker_threads";
import { BatchMaker } from "./batch-maker.ts";
import type { BatchTask, LoaderJob } from "./job.ts";
import { sendError, transferable, type WorkerReply } from "./thread-messages.ts";

const port = parentPort;
if (port === null) throw new Error("This file is the program of a worker thread.");
const maker = new BatchMaker(workerData as LoaderJob);
let last: Promise<void> = Promise.resolve();

async function answer(task: BatchTask): Promise<void> {
  let reply: WorkerReply;
  try {
    reply = { id: task.id, made: await maker.run(task) };
  } catch (error) {
    reply = { id: task.id, error: sendError(error) };
  }
  port?.postMessage(reply, "made" in reply ? transferable(reply.made) : []);
}

port.on("message", (message: BatchTask | "stop") => {
  // closing the port lets the thread end by itself once its decoders are done, which ending it by force would not wait for
  if (message === "stop") last = last.then(() => port.close());
  else last = last.then(() => answer(message));
});
