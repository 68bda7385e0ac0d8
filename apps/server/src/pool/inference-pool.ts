import { HttpError } from "../errors/http-error.ts";
import { BatchQueue, type BatchQueueOptions, type Ticket, type TicketBatch } from "./batch-queue.ts";
import { type DecodedBatch, decodeBatch } from "./decode-batch.ts";
import type { DetectAnswer, DetectRequest, LoadedModel, WorkerSettings } from "./messages.ts";
import { type CrewMember, WorkerCrew } from "./worker-crew.ts";

/** Batches that a worker holds at once: one that the network looks at, and one that is decoded meanwhile. */
const batchesAhead = 2;

/** What a pool tells while it works. */
export interface PoolObserver {
  /** A batch went to a worker. */
  onBatch?(batch: { model: string; size: number }): void;
  /** A worker died and is being replaced. */
  onWorkerLost?(cause: Error): void;
}

/** Options of {@link InferencePool}. */
export interface InferencePoolOptions extends BatchQueueOptions, PoolObserver {
  /** Number of worker threads. */
  workers: number;
  worker: WorkerSettings;
  /** Most images that wait; more are refused. */
  queue: number;
  /** Milliseconds after which a worker that has not answered a batch is taken for stuck and replaced. */
  patience: number;
}

/** An image to look at. */
export interface SubmittedImage {
  file: Uint8Array;
  options: DetectRequest["images"][number]["options"];
  /** Pixels that it has when decoded. */
  pixels: number;
  /** Sizes that differ are not looked at together. */
  shape: string;
}

/** What came of a request's images. */
export interface Answered {
  /** In the order of the images. */
  answers: DetectAnswer[];
  /** Milliseconds until the last of them went to a worker. */
  waited: number;
}

/** Looks at images in worker threads, several at a time; what cannot be taken on at once waits in a bounded queue. */
export class InferencePool {
  readonly #options: InferencePoolOptions;
  readonly #queue: BatchQueue;
  readonly #crew: WorkerCrew;
  /** Milliseconds that an image took, averaged over the last ones. */
  #pace = 100;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InferencePoolOptions) {
    this.#options = options;
    this.#queue = new BatchQueue(options);
    this.#crew = new WorkerCrew(options.worker, {
      size: options.workers,
      onLost: (batches, cause) => this.#lost(batches, cause),
      onReady: () => this.#pump(),
    });
  }

  /** Images that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Workers that can take work, of all. */
  get workers(): { up: number; all: number } {
    return { up: this.#crew.members.filter(({ up }) => up).length, all: this.#options.workers };
  }

  /**
   * Loads a model in every worker.
   *
   * @throws LookonceError when the file cannot be read or is no model
   */
  load(model: string, file: string, imgsz: number): Promise<LoadedModel> {
    return this.#crew.load({ model, file, imgsz });
  }

  /** Frees a model in every worker, after the images that wait for it. */
  async unload(model: string): Promise<void> {
    while (this.#queue.of(model).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#crew.unload(model);
  }

  /** Layers and parameters of a model. */
  describe(model: string, imgsz: number): ReturnType<WorkerCrew["describe"]> {
    return this.#crew.describe(model, imgsz);
  }

  /**
   * Has images looked at.
   *
   * @param signal when it aborts, those that still wait are dropped, and its reason is thrown
   * @throws HttpError 503 with `Retry-After` when not all of them have a place in the queue
   */
  async submit(
    images: readonly SubmittedImage[],
    { model, imgsz, signal }: { model: string; imgsz: number; signal: AbortSignal },
  ): Promise<Answered> {
    signal.throwIfAborted();
    if (this.#queue.length + images.length > this.#options.queue) throw this.#full();
    const since = performance.now();
    let waited = 0;
    const tickets: Ticket[] = [];
    const answers = images.map(
      ({ shape, ...image }) =>
        new Promise<DetectAnswer>((resolve, reject) => {
          const key = `${model} ${imgsz} ${shape}`;
          const settle = (answer: DetectAnswer, wait: number): void => {
            waited = Math.max(waited, wait);
            resolve(answer);
          };
          const isWanted = (): boolean => !signal.aborted;
          tickets.push({ ...image, key, model, imgsz, since, isWanted, resolve: settle, reject });
        }),
    );
    const drop = (): void => {
      for (const ticket of tickets) {
        this.#queue.remove(ticket);
        ticket.reject(signal.reason);
      }
    };
    signal.addEventListener("abort", drop, { once: true });
    for (const ticket of tickets) this.#queue.push(ticket);
    this.#pump();
    try {
      return { answers: await Promise.all(answers), waited };
    } catch (error) {
      // One of them was lost: nobody waits for the others any more.
      for (const ticket of tickets) this.#queue.remove(ticket);
      throw error;
    } finally {
      signal.removeEventListener("abort", drop);
    }
  }

  /** Ends the workers after the batches that they are at; images that still wait are refused. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const refusal = new HttpError(503, {
      code: "ENDING",
      message: "The service ended before it came to this image.",
    });
    for (const ticket of this.#queue.clear()) ticket.reject(refusal);
    await this.#crew.stop();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#give()) {}
    const ready = this.#queue.nextReady();
    const wait = (ready ?? 0) - performance.now();
    if (ready !== undefined && wait > 0 && this.#free().length > 0) {
      this.#timer = setTimeout(() => this.#pump(), wait);
    }
  }

  /** Gives the next batch that is ready to a worker that is free, if there are both. */
  #give(): boolean {
    // Who comes while there is nothing to do is not kept waiting for others.
    const isIdle = this.#crew.members.every(({ load }) => load === 0);
    const now = isIdle ? Number.POSITIVE_INFINITY : performance.now();
    return this.#free().some((member) => {
      const batch = this.#queue.take(now, (model) => member.models.has(model));
      if (batch !== undefined) void this.#run(member, batch);
      return batch !== undefined;
    });
  }

  /** Workers that can take a batch, those with the least to do first. */
  #free(): CrewMember[] {
    return this.#crew.members.filter(({ up, load }) => up && load < batchesAhead).sort((a, b) => a.load - b.load);
  }

  async #run(member: CrewMember, batch: TicketBatch): Promise<void> {
    const sent = performance.now();
    this.#options.onBatch?.({ model: batch.model, size: batch.tickets.length });
    member.load++;
    const { slot } = member;
    const decoded = await decodeBatch(batch);
    try {
      if (decoded.tickets.length > 0 && slot === member.slot && member.up) await this.#ask(member, decoded, sent);
      // Its worker died meanwhile.
      else if (decoded.tickets.length > 0) this.#queue.putBack(decoded.tickets);
    } finally {
      member.load--;
      this.#pump();
    }
  }

  /** Has a worker look at a batch, and hands out its answers. */
  async #ask(member: CrewMember, batch: DecodedBatch, sent: number): Promise<void> {
    const { model, imgsz, tickets, images } = batch;
    const { slot } = member;
    const { patience } = this.#options;
    const stuck = new Error(`the worker did not answer within ${patience} ms`);
    const watchdog = setTimeout(() => slot.abandon(stuck), patience);
    member.batches.push(batch);
    try {
      const answers = await slot.call("detect", { model, imgsz, images });
      for (const [i, ticket] of tickets.entries()) ticket.resolve(answers[i] as DetectAnswer, sent - ticket.since);
      this.#pace += 0.1 * ((performance.now() - sent) / tickets.length / batchesAhead - this.#pace);
    } catch (error) {
      // Batches that can be begun again, because their worker died over another, are out of its list by now.
      if (member.batches.includes(batch)) for (const ticket of tickets) ticket.reject(error as Error);
    } finally {
      clearTimeout(watchdog);
      const at = member.batches.indexOf(batch);
      if (at >= 0) member.batches.splice(at, 1);
    }
  }

  /** A worker died: the batch that it was at fails, those behind it are begun again elsewhere. */
  #lost(batches: TicketBatch[], cause: Error): void {
    this.#options.onWorkerLost?.(cause);
    const behind = batches.splice(1);
    for (const { tickets } of behind.reverse()) this.#queue.putBack(tickets);
    this.#pump();
  }

  #full(): HttpError {
    const seconds = Math.max(1, Math.ceil((this.#queue.length * this.#pace) / this.#options.workers / 1000));
    const { queue } = this.#options;
    return new HttpError(
      503,
      {
        code: "QUEUE_FULL",
        message: `The service has all the work that it takes on (${queue} images waiting); try again in ${seconds} second${seconds === 1 ? "" : "s"}.`,
      },
      { retryAfter: seconds },
    );
  }
}
