import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

export { availableParallelism } from "node:os";

/** Options of a worker: where its program is, and what it runs in. */
export interface WorkerOptions {
  /** Module that calls `serveTasks`. */
  program: URL;
  name: string;
  /** What `readWorkerData()` returns in the worker; JSON where it is a process. */
  workerData?: unknown;
  /**
   * A thread shares and moves memory. A process gets copies, but can be killed whatever it is doing, and its crash ends nothing
   * else. Default `"thread"`.
   */
  kind?: "thread" | "process";
  /** Of a process: its environment. Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Of a process, on Linux: bytes of memory with which it is killed. Default: no limit. */
  maxMemory?: number;
}

/** How one worker and its pool exchange messages. */
export interface WorkerChannel {
  /** Whether memory can be shared with the worker and moved to it. */
  readonly sharesMemory: boolean;
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
  /** Ends the worker by force. */
  kill(): void;
}

export interface ChannelListener<M> {
  message(message: M): void;
  /** Called when the worker has ended. */
  ended(cause: Error): void;
}

/** Milliseconds after which a process's memory is read again. */
const memoryIntervalMs = 200;

/** Starts a worker thread. */
export function openThread<M>({ program, name, workerData }: WorkerOptions, on: ChannelListener<M>): WorkerChannel {
  const worker = new Worker(program, { workerData, name });
  let fault: Error | undefined;
  worker.on("message", (message: M) => on.message(message));
  worker.on("error", (error) => {
    fault = error instanceof Error ? error : new Error(String(error));
  });
  worker.on("exit", (code) => on.ended(fault ?? new Error(`it exited with code ${code}`)));
  return {
    sharesMemory: true,
    post: (message, transfer) => worker.postMessage(message, transfer),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    kill: () => void worker.terminate(),
  };
}

/** Starts a worker process. What it prints goes to this process's stderr. */
export function openProcess<M>(options: WorkerOptions, on: ChannelListener<M>): WorkerChannel {
  const { program, workerData = null, env = process.env, maxMemory } = options;
  const child = fork(fileURLToPath(program), [JSON.stringify(workerData)], {
    serialization: "advanced",
    stdio: ["ignore", 2, 2, "ipc"],
    env,
  });
  let fault: Error | undefined;
  const watchMemory = (limit: number): NodeJS.Timeout =>
    setInterval(() => {
      if (residentBytes(child.pid) <= limit) return;
      fault = new Error(`it used more than ${Math.round(limit / 2 ** 20)} MiB of memory`);
      child.kill("SIGKILL");
    }, memoryIntervalMs).unref();
  const watch = maxMemory === undefined ? undefined : watchMemory(maxMemory);
  child.on("message", (message) => on.message(message as M));
  const ended = (cause: Error): void => {
    clearInterval(watch);
    on.ended(fault ?? cause);
  };
  child.on("error", (error) => {
    // Only a process that could not be started has no exit
    if (child.pid === undefined) ended(error);
  });
  child.on("exit", (code, signal) => {
    ended(new Error(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`));
  });
  return {
    sharesMemory: false,
    // It may be gone, which `exit` reports
    post: (message) => child.connected && child.send(message as object, () => {}),
    ref() {
      child.ref();
      child.channel?.ref();
    },
    unref() {
      child.unref();
      child.channel?.unref();
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

function residentBytes(pid: number | undefined): number {
  try {
    return 1024 * Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    // It has ended, or this is not Linux
    return 0;
  }
}

/** Whether threads can share memory. */
export function sharesMemory(): boolean {
  return true;
}

/** Memory that threads share. Its type is that of all memory, so that views of it are those that functions accept. */
export function sharedMemory(bytes: number): ArrayBuffer {
  return new SharedArrayBuffer(bytes) as unknown as ArrayBuffer;
}

/** Bytes of memory that this process may still use. */
export function availableMemory(): number {
  return process.availableMemory();
}
