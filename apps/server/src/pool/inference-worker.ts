// The program of the inference workers: loads models and looks at images, one batch after the other. Images come decoded:
// a thread that ends while a decoder's own threads work for it takes the whole process with it.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type SentTask, sendError } from "./messages.ts";
import { ModelShelf } from "./model-shelf.ts";

const port = parentPort as MessagePort;
const shelf = new ModelShelf(workerData);
/** The end of the work that is under way. */
let work: Promise<void> = Promise.resolve();

port.on("message", (message: SentTask | "stop") => {
  if (message === "stop") {
    // A thread that a library keeps alive must not keep the service from ending.
    void work.then(() => shelf.dispose()).finally(() => process.exit(0));
    return;
  }
  const { id } = message;
  work = work.then(() => answer(id, () => perform(message)));
});

function perform(message: SentTask): Promise<unknown> {
  switch (message.task) {
    case "load":
      return shelf.load(message.request);
    case "unload":
      return shelf.unload(message.request);
    case "describe":
      return shelf.describe(message.request);
    case "detect":
      return shelf.detect(message.request);
  }
}

async function answer(id: number, task: () => Promise<unknown>): Promise<void> {
  try {
    port.postMessage({ id, answer: await task() });
  } catch (error) {
    port.postMessage({ id, error: sendError(error) });
  }
}
