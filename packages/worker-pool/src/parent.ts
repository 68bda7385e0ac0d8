import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker } from "./pool-worker.ts";

/** Returns the `workerData` of the pool that started this worker. Programs call it at their start, if at all. */
export async function readWorkerData<T>(): Promise<T> {
  return parentPort === null ? JSON.parse(process.argv[2] ?? "null") : workerData;
}

/** The pool, as its worker sees it. */
export interface Parent<M> {
  post(message: FromWorker, memory?: readonly ArrayBuffer[]): void;
  listen(listener: (message: M) => void): void;
  close(): void;
}

/** Opens the channel to the pool that started this worker. */
export function openParent<M>(): Parent<M> {
  if (parentPort !== null) {
    const port = parentPort;
    return {
      post: (message, memory = []) => port.postMessage(message, memory),
      listen: (listener) => port.on("message", listener),
      // Lets the thread end when threads of native code have finished; ending it would not wait for them. Deno's port has no
      // such method (2.9).
      close: () => (typeof port.close === "function" ? port.close() : process.exit(0)),
    };
  }
  if (process.send === undefined) throw new Error("serveTasks() is for programs of worker threads and processes.");
  // Terminals and systemd signal all processes of a program at once: the pool decides when this one ends
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // `process.exit()` would wait for threads of native code, which may hang
  const end = (): unknown => process.kill(process.pid, "SIGKILL");
  process.on("disconnect", end);
  // The pool may have gone while this process started
  if (!process.connected) end();
  return {
    post: (message) => process.send?.(message, () => {}),
    listen: (listener) => process.on("message", (message) => listener(message as M)),
    // What was posted before has been written when this has
    close: () => process.send?.("stopped" satisfies FromWorker, () => process.disconnect()),
  };
}
