import { Worker } from "node:worker_threads";
import { LookonceError } from "@lookonce/errors";
import { type Communicator, RankLostError, type ReduceSettings } from "../communicator.ts";
import { noteToLauncher } from "../launch/launch-notes.ts";
import { RankTimer } from "../rank-timer.ts";
import { assertReducible } from "../reduce-settings.ts";
import { findLibrary, wrongMpi } from "./find-library.ts";
import type { Answer, Failure, Members, Order, RankWorkerData, ReduceJob } from "./jobs.ts";
import { launchedBy } from "./launched-by.ts";
import { workerAddress } from "./worker-address.ts";

/** Options of {@link connectMpi}. */
export interface MpiOptions {
  /** Seconds that a rank waits for others before it reports who is missing. Default 600. */
  timeout?: number;
  /** File or folder of the MPI library. Default: `LOOKONCE_MPI`, else the one that fits what started this process. */
  library?: string;
}

/** Milliseconds after which a process that MPI does not end is killed. */
const endTimeMs = 10_000;

/**
 * Connects this process with the other ranks that `mpirun`, `srun` or an MPIJob started, through koffi and the MPI library of
 * this machine: Open MPI, or one of MPICH's family. A process that nothing started is the only rank.
 *
 * A thread of its own makes MPI's calls: data move, and other ranks get answers, while the main thread computes.
 *
 * @throws {LookonceError} `NOT_FOUND` when koffi or the library is not installed; `DEVICE` for a wrong MPI
 */
export async function connectMpi({ timeout = 600, library }: MpiOptions = {}): Promise<Communicator> {
  const launched = launchedBy();
  const found = findLibrary(launched, library);
  // UCX, through which MPICH moves data, replaces functions of memory and handlers of signals that V8 has, too. MPI is
  // started in a thread, whose own environment MPI does not see
  process.env.UCX_MEM_EVENTS ??= "n";
  process.env.UCX_ERROR_SIGNALS ??= "";
  const thread = new MpiThread({ library: found.file, family: found.family, timeout });
  const { rank, hosts } = (await thread.started) as Members;
  if (launched !== undefined && hosts.length !== launched.size) {
    await thread.send({ kind: "close" });
    throw wrongMpi(launched, found);
  }
  noteToLauncher("started");
  return new MpiCommunicator(thread, rank, hosts);
}

/** As {@link connectMpi}, but `undefined` where nothing started this process as one of several ranks. Nothing is loaded then. */
export async function connectIfLaunched(options: MpiOptions = {}): Promise<Communicator | undefined> {
  return launchedBy() === undefined ? undefined : connectMpi(options);
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Sends orders to the thread that owns MPI. Only while it has some does the thread keep the process running. */
class MpiThread {
  readonly started: Promise<unknown>;
  readonly #worker: Worker;
  readonly #signal: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #pending: Pending[] = [];
  #end: Error | undefined;

  constructor(data: Omit<RankWorkerData, "signal">) {
    const workerData: RankWorkerData = { ...data, signal: this.#signal };
    this.#worker = new Worker(workerAddress, { workerData, name: "MPI" });
    this.#worker.on("message", (answer: Answer) => this.#answer(answer));
    this.#worker.on("error", (error: Error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new LookonceError("ARGUMENT", "the communicator is closed")));
    this.started = this.#expect();
  }

  send(order: Order, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const answered = this.#expect();
    this.#worker.postMessage(order, transfer);
    Atomics.add(this.#signal, 0, 1);
    Atomics.notify(this.#signal, 0);
    return answered;
  }

  #expect(): Promise<unknown> {
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
    });
  }

  #answer(answer: Answer): void {
    const pending = this.#pending.shift();
    if (this.#pending.length === 0) this.#worker.unref();
    if ("failure" in answer) pending?.reject(errorOf(answer.failure));
    else pending?.resolve(answer.value);
  }

  #fail(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#pending.splice(0)) reject(this.#end);
  }
}

function errorOf({ code, message, lost }: Failure): LookonceError {
  if (lost === undefined) return new LookonceError(code, message);
  noteToLauncher("lost");
  return new RankLostError(message, lost);
}

class MpiCommunicator implements Communicator {
  readonly rank: number;
  readonly hosts: readonly string[];
  readonly #thread: MpiThread;
  readonly #timer = new RankTimer();
  #closed: Promise<unknown> | undefined;
  /** Memory that the thread shares, by length: a training has few. */
  readonly #free = new Map<number, SharedArrayBuffer[]>();

  constructor(thread: MpiThread, rank: number, hosts: readonly string[]) {
    this.#thread = thread;
    this.rank = rank;
    this.hosts = hosts;
  }

  get size(): number {
    return this.hosts.length;
  }

  get seconds(): number {
    return this.#timer.seconds;
  }

  async allReduce(data: Float32Array | Float64Array, settings: ReduceSettings = {}): Promise<void> {
    assertReducible(data, settings);
    const { op = "sum", half = false } = settings;
    // A copy, since MPI could write even after a timeout
    const free = this.#free.get(data.byteLength) ?? [];
    this.#free.set(data.byteLength, free);
    const buffer = free.pop() ?? new SharedArrayBuffer(data.byteLength);
    const shared: ReduceJob["data"] =
      data instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer);
    shared.set(data);
    await this.#timer.measure(this.#thread.send({ kind: "allReduce", data: shared, op, half }));
    data.set(shared);
    free.push(buffer);
  }

  async allGather(bytes: Uint8Array): Promise<Uint8Array[]> {
    return (await this.#timer.measure(this.#thread.send({ kind: "allGather", bytes: bytes.slice() }))) as Uint8Array[];
  }

  async broadcast(bytes: Uint8Array | undefined, root = 0): Promise<Uint8Array> {
    const own = this.rank === root ? bytes?.slice() : undefined;
    return (await this.#timer.measure(this.#thread.send({ kind: "broadcast", bytes: own, root }))) as Uint8Array;
  }

  async barrier(): Promise<void> {
    await this.#timer.measure(this.#thread.send({ kind: "barrier" }));
  }

  async close(): Promise<void> {
    this.#closed ??= this.#thread.send({ kind: "close" });
    await this.#closed;
  }

  async abort(exitCode = 1): Promise<void> {
    if (exitCode === 1 || exitCode === 2) noteToLauncher("mistake");
    // MPI may hang, too
    const killer = setTimeout(() => process.kill(process.pid, "SIGKILL"), endTimeMs);
    await this.#thread.send({ kind: "abort", exitCode }).catch(() => {});
    clearTimeout(killer);
  }
}
