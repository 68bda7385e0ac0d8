// The program of the inference workers: loads models and looks at pictures, one batch after the other. While the network
// looks at a batch, the pictures of the next are decoded by threads of the decoder's own.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { readPicture } from "lookonce";
import { type DecodedPicture, type DetectRequest, type SentTask, sendError } from "./messages.ts";
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
  const begun = begin(message);
  work = work.then(() => answer(message.id, begun));
});

/** What can be done before it is the task's turn; gives what is left to do then. */
function begin(message: SentTask): () => Promise<unknown> {
  switch (message.task) {
    case "load":
      return () => shelf.load(message.request);
    case "unload":
      return () => shelf.unload(message.request);
    case "describe":
      return () => shelf.describe(message.request);
    case "detect": {
      const { model, imgsz, pictures } = message.request;
      const decoded = Promise.all(pictures.map(decode));
      return async () => shelf.detect({ model, imgsz }, await decoded);
    }
  }
}

async function decode({ file, options }: DetectRequest["pictures"][number]): Promise<DecodedPicture | Error> {
  try {
    return { picture: await readPicture(file), options };
  } catch (error) {
    return error as Error;
  }
}

async function answer(id: number, task: () => Promise<unknown>): Promise<void> {
  try {
    port.postMessage({ id, answer: await task() });
  } catch (error) {
    port.postMessage({ id, error: sendError(error) });
  }
}
