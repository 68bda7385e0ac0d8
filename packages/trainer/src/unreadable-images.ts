import { LookonceError } from "@lookonce/errors";
import type { Ranks } from "./ranks/ranks.ts";

/** Above this share of a data set, unreadable images end a training: a folder or a disk is gone, not a few files. */
const maxShare = 0.1;
/** So few images never end one; of a small data set, they are a large share. */
const handful = 5;
const maxNamed = 10;

/** Images that could not be read after their data set was opened. */
export interface UnreadableImages {
  count: number;
  /** The first ten. */
  paths: string[];
  /** What was wrong with the first. */
  reason: string;
}

/** An image that could not be read. */
interface UnreadableImage {
  path: string;
  reason: string;
}

/** Counts the images that loaders replaced or left out because they could not be read. */
export class UnreadableCounter {
  readonly #total: number;
  readonly #all = new Map<string, string>();
  readonly #current = new Map<string, string>();
  /** Not counted yet. */
  #found: UnreadableImage[] = [];
  #isReported = false;

  /** @param total images of the data set */
  constructor(total: number) {
    this.#total = total;
  }

  startEpoch(): void {
    this.#count();
    this.#current.clear();
    this.#isReported = false;
  }

  add(image: UnreadableImage): void {
    this.#found.push(image);
  }

  /** Adds what other ranks found since the last time, and returns when they know what this one did. */
  async share(ranks: Pick<Ranks, "exchange">): Promise<void> {
    const found = this.#found.length === 0 ? undefined : this.#found;
    this.#found = (await ranks.exchange(found)).flat();
  }

  /** Those of all epochs. */
  get all(): UnreadableImages | undefined {
    this.#count();
    return summarize(this.#all);
  }

  /** Those since the last {@link startEpoch}. */
  get current(): UnreadableImages | undefined {
    this.#count();
    return summarize(this.#current);
  }

  /** Those since the last {@link startEpoch}, each with its reason. */
  get entries(): [path: string, reason: string][] {
    this.#count();
    return [...this.#current];
  }

  /** Returns what is known of an epoch's, once an epoch. */
  takeNew(): string | undefined {
    const found = this.#isReported ? undefined : this.current;
    if (found === undefined) return undefined;
    this.#isReported = true;
    return describeUnreadable(found);
  }

  /**
   * Checks that the epoch's are few enough to go on.
   *
   * @param advice what to do about it
   * @throws LookonceError `DATA` when they are too many
   */
  check(advice: string): void {
    const found = this.current;
    if (found === undefined || found.count <= Math.max(handful, maxShare * this.#total)) return;
    throw new LookonceError(
      "DATA",
      `${found.count} of the ${this.#total} images cannot be read any more, more than ${maxShare * 100} %: ${describeUnreadable(found)}. ${advice}`,
    );
  }

  #count(): void {
    for (const { path, reason } of this.#found.splice(0)) {
      for (const images of [this.#all, this.#current]) if (!images.has(path)) images.set(path, reason);
    }
  }
}

/** Images by name and the first one's fault, for people. */
export function describeUnreadable({ count, paths, reason }: UnreadableImages): string {
  const others = count > paths.length ? ` and ${count - paths.length} more` : "";
  return `${paths.join(", ")}${others} (${count > 1 ? "the first: " : ""}${reason})`;
}

function summarize(images: ReadonlyMap<string, string>): UnreadableImages | undefined {
  const [reason] = images.values();
  return reason === undefined
    ? undefined
    : { count: images.size, paths: [...images.keys()].slice(0, maxNamed), reason };
}
