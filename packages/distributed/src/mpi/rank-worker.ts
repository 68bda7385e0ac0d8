// The thread that owns MPI: it makes progress, and answers other ranks, while the main thread computes.
import { hostname } from "node:os";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { LookonceError } from "@lookonce/errors";
import { RankLostError } from "../communicator.ts";
import { type Collective, collective } from "./collectives.ts";
import type { Answer, CollectiveJob, Members, Order, RankWorkerData } from "./jobs.ts";
import { MpiLibrary, type Request } from "./library.ts";
import { type Absence, RollCall } from "./roll-call.ts";

/** Milliseconds between checks for messages about ranks. */
const rollCallEveryMs = 100;
/** Milliseconds without progress after which the thread sleeps between tests, so as to leave its core to others. */
const spinMs = 0.2;
const shortestSleepMs = 0.05;
const longestSleepMs = 1;

const { library, family, timeout, signal } = workerData as RankWorkerData;
const port = parentPort as MessagePort;

/** Runs orders one after another, so that all ranks start the operations of MPI in the same order. */
class RankWorker {
  readonly #mpi: MpiLibrary;
  readonly #rollCall: RollCall;
  readonly #orders: Order[] = [];
  #members: Members = { rank: 0, hosts: [] };
  #processes: string[] = [];
  #lost: LookonceError | undefined;
  #polledAt = 0;

  constructor(mpi: MpiLibrary) {
    this.#mpi = mpi;
    this.#rollCall = new RollCall(mpi);
  }

  /** Learns who takes part, then runs orders until the last, `close`. */
  run(): void {
    answer(() => this.#meet());
    for (;;) {
      const order = this.#nextOrder();
      if (order.kind === "close") {
        answer(() => this.#close());
        return;
      }
      if (order.kind !== "abort") answer(() => this.#run(order));
    }
  }

  #meet(): Members {
    const { rank, size } = this.#mpi;
    this.#processes = Array.from({ length: size }, (_, r) => `rank ${r}`);
    const own = JSON.stringify({ host: hostname(), pid: process.pid });
    const all = this.#run({ kind: "allGather", bytes: new TextEncoder().encode(own) }) as Uint8Array[];
    const members = all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as { host: string; pid: number });
    this.#processes = members.map(({ host, pid }, r) => `rank ${r} on ${host} (process ${pid})`);
    this.#members = { rank, hosts: members.map(({ host }) => host) };
    return this.#members;
  }

  #run(job: CollectiveJob): Uint8Array[] | Uint8Array | undefined {
    if (this.#lost !== undefined) throw this.#lost;
    this.#rollCall.started++;
    try {
      const steps: Collective = collective(this.#mpi, job);
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
        this.#complete(value);
      }
    } catch (error) {
      // An error of MPI, such as a lost connection
      if (error instanceof LookonceError && error.code === "DEVICE")
        this.#lost = new RankLostError(lostText(error.message), []);
      if (error instanceof RankLostError) this.#lost = error;
      throw this.#lost ?? error;
    }
  }

  /** Waits until an operation has completed, or cannot any more. */
  #complete(request: Request): void {
    const started = performance.now();
    this.#waitFor(() => {
      if (this.#mpi.test(request)) return true;
      if (performance.now() - this.#polledAt > rollCallEveryMs) this.#poll();
      const isLate = performance.now() - started > timeout * 1000;
      const absences = this.#rollCall.known ?? (isLate ? this.#rollCall.missing() : undefined);
      if (absences === undefined) return false;
      throw this.#lossOf(absences);
    });
  }

  /** First without sleeping, then sleeping longer and longer. */
  #waitFor(isDone: () => boolean): void {
    const started = performance.now();
    let sleepMs = shortestSleepMs;
    while (!isDone()) {
      if (performance.now() - started < spinMs) continue;
      const sent = Atomics.load(signal, 0);
      this.#readOrders();
      Atomics.wait(signal, 0, sent, sleepMs);
      sleepMs = Math.min(longestSleepMs, sleepMs * 1.5);
    }
  }

  #poll(): void {
    this.#polledAt = performance.now();
    this.#rollCall.poll();
  }

  #lossOf(absences: readonly Absence[]): RankLostError {
    if (absences.length === 0) {
      return new RankLostError(lostText(`all ranks came, but their data did not arrive within ${timeout} s`), []);
    }
    const texts = absences.map(({ rank, state }) => `${this.#processes[rank]} ${states[state]}`);
    return new RankLostError(
      lostText(texts.join("; ")),
      absences.map(({ rank }) => rank),
    );
  }

  #nextOrder(): Order {
    for (;;) {
      const sent = Atomics.load(signal, 0);
      this.#readOrders();
      const order = this.#orders.shift();
      if (order !== undefined) return order;
      this.#poll();
      Atomics.wait(signal, 0, sent, rollCallEveryMs);
    }
  }

  /** An `abort` overtakes all. */
  #readOrders(): void {
    for (let message = receiveMessageOnPort(port); message !== undefined; message = receiveMessageOnPort(port)) {
      const order = message.message as Order;
      if (order.kind === "abort") this.#mpi.abort(order.exitCode);
      this.#orders.push(order);
    }
  }

  /** Waits for all ranks to end, since MPI_Finalize would, for ever. */
  #close(): undefined {
    if (this.#lost !== undefined) return;
    this.#rollCall.leave();
    const started = performance.now();
    this.#waitFor(() => {
      this.#poll();
      const { remaining } = this.#rollCall;
      if (remaining.length > 0 && performance.now() - started > timeout * 1000) {
        throw this.#lossOf(remaining.map((rank) => ({ rank, state: "busy" })));
      }
      return remaining.length === 0;
    });
    this.#mpi.finalize();
  }
}

const states: Readonly<Record<Absence["state"], string>> = {
  silent: `does not answer and has not come for ${timeout} s: it hangs, was stopped, or cannot be reached`,
  busy: `answers, but has not come for ${timeout} s: it still computes or reads data (rank_timeout= is how long others wait)`,
  left: "has ended before the others",
  "given up": `was away for more than ${timeout} s, and the others have given it up`,
};

function lostText(text: string): string {
  return `the ranks of this training lost one another: ${text}. The training can be resumed from its last checkpoint`;
}

function answer(work: () => Members | Uint8Array[] | Uint8Array | undefined): void {
  port.postMessage(answerOf(work));
}

function answerOf(work: () => Members | Uint8Array[] | Uint8Array | undefined): Answer {
  try {
    return { value: work() };
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    const { code, message } = error;
    return { failure: { code, message, ...(error instanceof RankLostError && { lost: [...error.ranks] }) } };
  }
}

try {
  new RankWorker(await MpiLibrary.load({ file: library, family })).run();
} catch (error) {
  answer(() => {
    throw error;
  });
}
