import { LookonceError } from "@lookonce/errors";
import { sortByScore } from "@lookonce/geometry";
import { ConfusionMatrix } from "./confusion-matrix.ts";
import { addCounts, type MetricsState } from "./metrics-state.ts";

/** Scores of one class that has images. */
export interface ClassifiedClass {
  class: number;
  name: string;
  /** Images of this class. */
  images: number;
  /** Share of them whose most probable class it is. */
  top1: number;
  /** Share of them of whose five most probable classes it is one. */
  top5: number;
}

/** Scores of a classifier. */
export interface ClassificationResult {
  images: number;
  /** Share of the images whose most probable class is theirs; 0 without images. */
  top1: number;
  /** Share of the images of whose five most probable classes one is theirs. */
  top5: number;
  /** Mean of {@link top1} and {@link top5}, as in YOLOv8 (8.3). */
  fitness: number;
  perClass: ClassifiedClass[];
  /** The row and the column of the background stay 0. */
  confusion: ConfusionMatrix;
}

/** The most probable classes, the best first; fewer where there are fewer classes. Equal ones keep their order. */
export function topClasses(probs: Float32Array, count = 5): Int32Array {
  return sortByScore(probs, Math.min(count, probs.length));
}

/** Gathers the predicted classes of images and scores them. */
export class ClassificationMetrics {
  readonly #names: readonly string[];
  readonly #confusion: ConfusionMatrix;
  readonly #images: Float64Array;
  readonly #top1: Float64Array;
  readonly #top5: Float64Array;

  /** @throws LookonceError `ARGUMENT` when there is no class */
  constructor({ names }: { names: readonly string[] }) {
    const nc = names.length;
    if (nc < 1) {
      throw new LookonceError("ARGUMENT", "ClassificationMetrics needs at least one class, but names is empty.");
    }
    this.#names = names;
    this.#confusion = new ConfusionMatrix(nc);
    this.#images = new Float64Array(nc);
    this.#top1 = new Float64Array(nc);
    this.#top5 = new Float64Array(nc);
  }

  /**
   * Adds one image: the probability of each class, and its class.
   *
   * @throws LookonceError `ARGUMENT` when there are other numbers of probabilities than names, `DATA` for no such class
   */
  add(probs: Float32Array, label: number): void {
    const nc = this.#names.length;
    if (probs.length !== nc) {
      throw new LookonceError("ARGUMENT", `probs has ${probs.length} numbers, but there are ${nc} classes.`);
    }
    if (!Number.isInteger(label) || label < 0 || label >= nc) {
      throw new LookonceError(
        "DATA",
        `An image is of class ${label}, but there are ${nc} classes, 0 to ${nc - 1}. Do all splits have the same folders of classes?`,
      );
    }
    const ranked = topClasses(probs);
    this.#images[label]!++;
    if (ranked[0] === label) this.#top1[label]!++;
    if (ranked.includes(label)) this.#top5[label]!++;
    this.#confusion.count(ranked[0]!, label);
  }

  /** What was gathered so far, for {@link merge}. */
  state(): MetricsState {
    const [images, top1, top5] = [this.#images.slice(), this.#top1.slice(), this.#top5.slice()];
    return { images, top1, top5, confusion: this.#confusion.counts.slice() };
  }

  /** Adds what other metrics of the same classes gathered. */
  merge({ images, top1, top5, confusion }: MetricsState): void {
    addCounts(this.#images, images);
    addCounts(this.#top1, top1);
    addCounts(this.#top5, top5);
    addCounts(this.#confusion.counts, confusion);
  }

  /** The scores of all images so far. */
  result(): ClassificationResult {
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const images = sum(this.#images);
    const [top1, top5] = [this.#top1, this.#top5].map((right) => sum(right) / Math.max(1, images)) as [number, number];
    const perClass = this.#names.flatMap((name, label) => {
      const own = this.#images[label]!;
      if (own === 0) return [];
      return [{ class: label, name, images: own, top1: this.#top1[label]! / own, top5: this.#top5[label]! / own }];
    });
    return { images, top1, top5, fitness: (top1 + top5) / 2, perClass, confusion: this.#confusion };
  }
}
