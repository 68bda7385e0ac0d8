import { mountFiles } from "@lookonce/files";
import type { WorkerStart } from "./channel.web.ts";
import type { Parent } from "./parent.ts";
import type { FromWorker } from "./pool-worker.ts";

/** What a worker is: neither the types of pages nor those of Node have it. */
interface WorkerScope {
  postMessage(message: FromWorker, transfer?: readonly ArrayBuffer[]): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: { reason: unknown }) => void): void;
  close(): void;
}

/** What came before somebody listens: the pool sends the first tasks at once. */
interface Inbox {
  start: Promise<WorkerStart>;
  listen(listener: (message: unknown) => void): void;
}

let inbox: Inbox | undefined;

function openInbox(): Inbox {
  const waiting: unknown[] = [];
  let listener: ((message: unknown) => void) | undefined;
  // As in Node, where it ends the thread: the pool gets errors, and no rejections
  scope().addEventListener("unhandledrejection", ({ reason }) => {
    setTimeout(() => {
      throw reason;
    });
  });
  const start = new Promise<WorkerStart>((resolve) => {
    let hasStarted = false;
    scope().addEventListener("message", ({ data }) => {
      if (!hasStarted) {
        hasStarted = true;
        resolve(data as WorkerStart);
      } else if (listener === undefined) waiting.push(data);
      else listener(data);
    });
  });
  return {
    start,
    listen(added) {
      listener = added;
      for (const message of waiting.splice(0)) added(message);
    },
  };
}

function scope(): WorkerScope {
  return globalThis as unknown as WorkerScope;
}

/** As in Node; the files of the thread that has the pool are there then, too. */
export async function readWorkerData<T>(): Promise<T> {
  inbox ??= openInbox();
  const { workerData, files } = await inbox.start;
  await mountFiles(files);
  return workerData as T;
}

/** Opens the channel to the pool that started this worker. */
export function openParent<M>(): Parent<M> {
  inbox ??= openInbox();
  const { listen } = inbox;
  return {
    post: (message, memory = []) => scope().postMessage(message, memory),
    listen: (listener) => listen((message) => listener(message as M)),
    close() {
      scope().postMessage("stopped");
      scope().close();
    },
  };
}
