import { Worker } from "node:worker_threads";
import { LookonceError } from "@lookonce/errors";
import type { BatchMakers, BatchTask, LoaderJob, MadeBatch } from "./job.ts";
import { receiveError, type WorkerReply } from "./thread-messages.ts";
import { workerAddress } from "./worker-address.ts";

/** Tasks a worker holds at once: one under way and one to go on with while the main thread is busy with a step. */
const tasksAhead = 2;

/** Times a batch is begun before its workers' deaths count as its own fault. */
const mostAttempts = 2;

/** Milliseconds that a worker which is to stop may take for the image it is at. */
const patience = 5000;

interface Pending {
  task: BatchTask;
  attempts: number;
  resolve: (made: MadeBatch) => void;
  reject: (error: Error) => void;
}

interface Slot {
  worker: Worker;
  /** In the order in which the worker does them. */
  tasks: Pending[];
  /** What the worker died of, as far as it said. */
  cause?: Error;
}

/**
 * Makes batches in worker threads.
 *
 * Workers start when they are first needed, and do not keep the process running while they have nothing to do. One that
 * dies is replaced; the batch it was at is begun once more, those behind it as if nothing had happened.
 */
export class WorkerPool implements BatchMakers {
  readonly #job: LoaderJob;
  readonly #size: number;
  readonly #nameOf: (task: BatchTask) => string;
  readonly #slots: Set<Slot> = new Set();
  readonly #queue: Pending[] = [];
  #disposed = false;

  /** @param nameOf names a task's images in errors */
  constructor(job: LoaderJob, size: number, nameOf: (task: BatchTask) => string) {
    this.#job = job;
    this.#size = size;
    this.#nameOf = nameOf;
  }

  run(task: BatchTask): Promise<MadeBatch> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, attempts: 0, resolve, reject });
      this.#pump();
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const slots = [...this.#slots];
    const exits = slots.map(({ worker }) => stopped(worker));
    const unfinished = [...slots.flatMap(({ tasks }) => tasks), ...this.#queue.splice(0)];
    for (const { resolve } of unfinished) resolve({ damaged: [], notices: [] });
    await Promise.all(exits);
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#disposed) {
      const slot = this.#freeSlot();
      if (slot === undefined) return;
      const pending = this.#queue.shift() as Pending;
      slot.tasks.push(pending);
      slot.worker.ref();
      slot.worker.postMessage(pending.task);
    }
  }

  /** The worker with the least to do; a new one before any has to wait. */
  #freeSlot(): Slot | undefined {
    const [least] = [...this.#slots].sort((a, b) => a.tasks.length - b.tasks.length);
    if (least?.tasks.length === 0) return least;
    if (this.#slots.size < this.#size) return this.#start();
    return least !== undefined && least.tasks.length < tasksAhead ? least : undefined;
  }

  #start(): Slot {
    const slot: Slot = {
      worker: new Worker(workerAddress, { workerData: this.#job, name: "lookonce loader" }),
      tasks: [],
    };
    slot.worker.on("message", (reply: WorkerReply) => this.#answered(slot, reply));
    slot.worker.on("error", (error) => {
      slot.cause = error instanceof Error ? error : new Error(String(error));
    });
    slot.worker.on("exit", (code) => this.#died(slot, code));
    this.#slots.add(slot);
    return slot;
  }

  #answered(slot: Slot, reply: WorkerReply): void {
    const at = slot.tasks.findIndex(({ task }) => task.id === reply.id);
    const [pending] = slot.tasks.splice(at, 1);
    if (slot.tasks.length === 0) slot.worker.unref();
    if ("made" in reply) pending?.resolve(reply.made);
    else pending?.reject(receiveError(reply.error));
    this.#pump();
  }

  #died(slot: Slot, code: number): void {
    this.#slots.delete(slot);
    if (this.#disposed) return;
    const [first, ...others] = slot.tasks;
    this.#queue.unshift(...others);
    if (first !== undefined && ++first.attempts < mostAttempts) this.#queue.unshift(first);
    else first?.reject(this.#deathOf(first, code, slot.cause));
    this.#pump();
  }

  #deathOf({ task }: Pending, code: number, cause: Error | undefined): LookonceError {
    const how = cause === undefined ? `it exited with code ${code}` : cause.message;
    return new LookonceError(
      "DATA",
      `A loader's worker died twice while it made a batch of ${this.#nameOf(task)}: ${how}. Leave these images or the transforms out, or set workers: 0 to see where it happens.`,
      cause === undefined ? {} : { cause },
    );
  }
}

/** Asks a worker to stop after the image it is at, and ends it by force where that takes too long. */
function stopped(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => worker.terminate(), patience);
    worker.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    worker.ref();
    worker.postMessage("stop");
  });
}
