import { LookonceError } from "@lookonce/errors";
import { type SharedFiles, shareFiles } from "@lookonce/files";
import type { ChannelListener, WorkerChannel, WorkerOptions } from "./channel.ts";

/** The first message to a worker. */
export interface WorkerStart {
  workerData: unknown;
  files: SharedFiles;
}

/** Starts a module worker, which has the files that this thread has then. */
export function openThread<M>({ program, name, workerData }: WorkerOptions, on: ChannelListener<M>): WorkerChannel {
  const worker = new Worker(program, { type: "module", name });
  let isOver = false;
  const end = (cause: Error): void => {
    if (isOver) return;
    isOver = true;
    worker.terminate();
    on.ended(cause);
  };
  worker.onmessage = ({ data }: MessageEvent<M | "stopped">) => {
    if (data === "stopped") end(new Error("it exited"));
    else on.message(data);
  };
  // A program that cannot be loaded has no message
  worker.onerror = ({ message }) => end(new Error(message || `its program ${program} cannot be loaded`));
  const started = shareFiles().then((files) => {
    worker.postMessage({ workerData, files } satisfies WorkerStart);
  });
  started.catch(end);
  let hasStarted = false;
  void started.then(() => {
    hasStarted = true;
  });
  return {
    sharesMemory: sharesMemory(),
    post(message, transfer) {
      if (hasStarted) worker.postMessage(message, [...transfer]);
      else started.then(() => worker.postMessage(message, [...transfer])).catch(end);
    },
    // A page does not wait for its workers
    ref() {},
    unref() {},
    kill: () => end(new Error("it was ended")),
  };
}

/** @throws LookonceError `UNSUPPORTED`: a page has no processes */
export function openProcess<M>({ name }: WorkerOptions, _on: ChannelListener<M>): WorkerChannel {
  throw new LookonceError("UNSUPPORTED", `${name}: a browser starts no processes; use a pool of threads.`);
}

/** Whether threads can share memory: in pages that are isolated from others. */
export function sharesMemory(): boolean {
  return globalThis.crossOriginIsolated === true;
}

/** As in Node, where the page is isolated; else memory of this thread alone. */
export function sharedMemory(bytes: number): ArrayBuffer {
  return sharesMemory() ? (new SharedArrayBuffer(bytes) as unknown as ArrayBuffer) : new ArrayBuffer(bytes);
}

/** Threads that can run at once. */
export function availableParallelism(): number {
  return navigator.hardwareConcurrency;
}

/** An estimate of the bytes that the page may still use: browsers report the machine's memory roughly, and never what is free. */
export function availableMemory(): number {
  const { deviceMemory = 4 } = navigator as { deviceMemory?: number };
  return (deviceMemory * 2 ** 30) / 4;
}
