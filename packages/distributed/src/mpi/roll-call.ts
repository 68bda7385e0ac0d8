import type { MpiLibrary, Request } from "./library.ts";

/** What a message about ranks says. */
const kinds = { ask: 1, answer: 2, lost: 3, leave: 4 } as const;

/** Milliseconds that ranks have to answer. A rank that computes answers at once: its worker thread does. */
const answerTimeMs = 2000;

/** A rank that others wait for. */
export interface Absence {
  rank: number;
  /** `silent`: nothing answers; `busy`: it has not come to the collective; `left`: it has ended; `given up`: it is this rank. */
  state: "silent" | "busy" | "left" | "given up";
}

/**
 * Messages about ranks, which cost nothing while all is well. A rank that has waited too long asks the others how many collectives
 * they have come to; their worker threads answer, even while they compute. Who finds the missing ones first informs the others.
 *
 * A message is `[kind, sender, collectives started, then 1 for every missing rank]`.
 */
export class RollCall {
  readonly #mpi: MpiLibrary;
  readonly #answers = new Map<number, number>();
  /** Collectives that ranks had come to when they ended. */
  readonly #left = new Map<number, number>();
  #requests: Request[] = [];
  #reported: Absence[] | undefined;
  #askedAt: number | undefined;
  /** Collectives that this rank has come to. */
  started = 0;

  constructor(mpi: MpiLibrary) {
    this.#mpi = mpi;
  }

  /** Reads the messages that are there and answers questions. */
  poll(): void {
    const message = new Int32Array(3 + this.#mpi.size);
    while (this.#mpi.receive(message)) {
      const [kind, sender = 0, started = 0] = message;
      if (kind === kinds.ask) this.#send(kinds.answer, sender);
      else if (kind === kinds.answer) this.#answers.set(sender, started);
      else if (kind === kinds.leave) this.#left.set(sender, started);
      else this.#reported = this.#absences(message);
    }
    this.#requests = this.#requests.filter((request) => !this.#mpi.test(request));
  }

  /** Those who ended before they came to the last collective of this rank, or whom another rank found missing. */
  get known(): Absence[] | undefined {
    if (this.#reported !== undefined) return this.#reported;
    const left = [...this.#left].filter(([, started]) => started < this.started);
    return left.length === 0 ? undefined : left.map(([rank]) => ({ rank, state: "left" }));
  }

  /** Asks all ranks, once; returns those who are missing when all have answered or had time to. */
  missing(): Absence[] | undefined {
    if (this.#askedAt === undefined) {
      this.#askedAt = performance.now();
      for (const rank of this.#others) this.#send(kinds.ask, rank);
    }
    const silent = this.#others.filter((rank) => !this.#answers.has(rank));
    if (silent.length > 0 && performance.now() - this.#askedAt < answerTimeMs) return undefined;
    const busy = [...this.#answers].filter(([, started]) => started < this.started);
    const absences: Absence[] = [
      ...silent.map((rank) => ({ rank, state: "silent" }) as const),
      ...busy.map(([rank]) => ({ rank, state: "busy" }) as const),
    ];
    for (const rank of this.#others) this.#send(kinds.lost, rank, absences);
    return absences;
  }

  /** Reports to all that this rank ends. */
  leave(): void {
    for (const rank of this.#others) this.#send(kinds.leave, rank);
  }

  /** Ranks that have not reported that they end. */
  get remaining(): number[] {
    return this.#others.filter((rank) => !this.#left.has(rank));
  }

  #absences(message: Int32Array): Absence[] {
    const { rank: own } = this.#mpi;
    if (message[3 + own] !== 0) return [{ rank: own, state: "given up" }];
    const missing = this.#others.filter((rank) => message[3 + rank] !== 0);
    return missing.map((rank) => ({ rank, state: message[3 + rank] === 1 ? "silent" : "busy" }));
  }

  get #others(): number[] {
    return Array.from({ length: this.#mpi.size }, (_, rank) => rank).filter((rank) => rank !== this.#mpi.rank);
  }

  #send(kind: number, to: number, absences: readonly Absence[] = []): void {
    const message = new Int32Array(3 + this.#mpi.size);
    message.set([kind, this.#mpi.rank, this.started]);
    for (const { rank, state } of absences) message[3 + rank] = state === "silent" ? 1 : 2;
    this.#requests.push(this.#mpi.send(message, to));
  }
}
