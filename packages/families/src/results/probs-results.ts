import { topClasses } from "@lookonce/metrics";
import type { Drawable } from "@lookonce/plots";
import { ResultEntry } from "./result-entry.ts";

/** A class of an image as plain data. */
export interface PlainClass {
  /** Class number. */
  class: number;
  /** Class name. */
  name: string;
  /** Probability, from 0 to 1. */
  confidence: number;
}

/** The probabilities of an image's classes: `probs` of results. */
export class ProbsResults extends ResultEntry {
  /** [classes]: the probability of each class. */
  readonly data: Float32Array;
  override readonly hasCrops = false;

  constructor(data: Float32Array) {
    super();
    this.data = data;
  }

  /** The most probable class's number. */
  get top1(): number {
    return this.top5[0] ?? 0;
  }

  /** The numbers of the five most probable classes, the best first; of all where there are fewer. */
  get top5(): number[] {
    return [...topClasses(this.data)];
  }

  /** The probability of the most probable class. */
  get top1conf(): number {
    return this.data[this.top1] ?? 0;
  }

  /** The probabilities of the five most probable classes. */
  get top5conf(): Float32Array {
    return Float32Array.from(this.top5, (label) => this.data[label] ?? 0);
  }

  /** A classified image is one thing: nothing is picked. */
  override pick(): ProbsResults {
    return this;
  }

  override plainImage(names: readonly string[]): { top5: PlainClass[] } {
    return { top5: this.#ranked(names) };
  }

  override lines(names: readonly string[]): string[] {
    return this.#ranked(names).map(({ name, confidence }) => `${confidence.toFixed(2)} ${name}`);
  }

  override describe(names: readonly string[]): string {
    return this.#ranked(names)
      .map(({ name, confidence }) => `${name} ${confidence.toFixed(2)}`)
      .join(", ");
  }

  override shapes(): Partial<Drawable> {
    return { probs: this.data };
  }

  #ranked(names: readonly string[]): PlainClass[] {
    return this.top5.map((label) => ({
      class: label,
      name: names[label] ?? String(label),
      confidence: this.data[label] ?? 0,
    }));
  }
}
