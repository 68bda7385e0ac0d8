import type { ModelInfo } from "lookonce";
import type { TicketBatch } from "./batch-queue.ts";
import type { LoadedModel, WorkerSettings, WorkerTasks } from "./messages.ts";
import { WorkerSlot } from "./worker-slot.ts";

/** Milliseconds before a worker that died is replaced: none at first, then more with every death in a row. */
const pauses = [0, 100, 1000, 5000, 15_000] as const;

/** Milliseconds after which a worker counts as sound. */
const soundAfter = 10_000;

type LoadRequest = WorkerTasks["load"]["request"];

/** A place in the crew: it outlives the workers that fill it. */
export interface CrewMember {
  slot: WorkerSlot;
  /** Whether the worker has its models and can take work. */
  up: boolean;
  /** Models that it has. */
  readonly models: Set<string>;
  /** Batches that are its own: those that it was given, and those that are being decoded for it. */
  load: number;
  /** What it was given and has not answered; the first is what it is at. */
  readonly batches: TicketBatch[];
  /** Deaths in a row. */
  deaths: number;
  /** Settles when the worker of the moment has its models, or has died. */
  started: Promise<void>;
}

/** Options of {@link WorkerCrew}. */
export interface WorkerCrewOptions {
  size: number;
  /** Told of a worker's death before anything else learns of it; batches taken out of the list are not its fault. */
  onLost(batches: TicketBatch[], cause: Error): void;
  /** Told when a worker can take work. */
  onReady(): void;
}

/** Workers that all have the same models. One that dies is replaced by one with the same models. */
export class WorkerCrew {
  readonly members: readonly CrewMember[];
  readonly #settings: WorkerSettings;
  readonly #options: WorkerCrewOptions;
  readonly #models: Map<string, LoadRequest> = new Map();
  #stopping = false;

  constructor(settings: WorkerSettings, options: WorkerCrewOptions) {
    this.#settings = settings;
    this.#options = options;
    this.members = Array.from({ length: options.size }, () => this.#hire());
  }

  /** Loads a model in one worker after the other, so that the rest goes on working. */
  async load(request: LoadRequest): Promise<LoadedModel> {
    this.#models.set(request.model, request);
    try {
      let loaded: LoadedModel | undefined;
      for (const member of this.members) {
        await member.started;
        loaded = await member.slot.call("load", request);
        member.models.add(request.model);
      }
      this.#options.onReady();
      return loaded as LoadedModel;
    } catch (error) {
      await this.unload(request.model);
      throw error;
    }
  }

  async unload(model: string): Promise<void> {
    this.#models.delete(model);
    await Promise.allSettled(
      this.members.map((member) => {
        member.models.delete(model);
        return member.slot.call("unload", { model });
      }),
    );
  }

  async describe(model: string, imgsz: number): Promise<ModelInfo> {
    const [freest] = [...this.members].filter(({ up }) => up).sort((a, b) => a.load - b.load) as [CrewMember];
    return freest.slot.call("describe", { model, imgsz });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.members.map(({ slot }) => slot.stop()));
  }

  #hire(): CrewMember {
    const member: Omit<CrewMember, "slot"> & { slot?: WorkerSlot } = {
      up: false,
      models: new Set(),
      load: 0,
      batches: [],
      deaths: 0,
      started: Promise.resolve(),
    };
    member.started = this.#fill(member as CrewMember);
    return member as CrewMember;
  }

  /** Puts a new worker in a member's place; resolves when it has its models. */
  async #fill(member: CrewMember): Promise<void> {
    const slot = new WorkerSlot(this.#settings, (cause) => {
      clearTimeout(sound);
      if (!this.#stopping) this.#replace(member, cause);
    });
    const sound = setTimeout(() => {
      member.deaths = 0;
    }, soundAfter);
    sound.unref();
    member.slot = slot;
    await slot.online;
    for (const request of [...this.#models.values()]) {
      // Its file may be gone since: the other models go on.
      const loaded = await slot.call("load", request).catch(() => undefined);
      if (loaded !== undefined && this.#models.has(request.model)) member.models.add(request.model);
    }
    if (slot.isGone) return;
    member.up = true;
    this.#options.onReady();
  }

  #replace(member: CrewMember, cause: Error): void {
    member.up = false;
    member.models.clear();
    this.#options.onLost(member.batches, cause);
    const pause = pauses[Math.min(member.deaths++, pauses.length - 1)] as number;
    member.started = new Promise((resolve) => {
      setTimeout(() => resolve(this.#stopping ? undefined : this.#fill(member)), pause);
    });
  }
}
