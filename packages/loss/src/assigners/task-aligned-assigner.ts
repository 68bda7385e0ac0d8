import { LookonceError } from "@lookonce/errors";
import { stopGradient } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { BoxKind } from "../boxes/box-kind.ts";
import { uprightBoxes } from "../boxes/upright-boxes.ts";
import { rowOffsets } from "../gather-rows.ts";
import { checkTargets, type PaddedTargets } from "../targets.ts";
import { smoothLabels } from "../terms/smooth-labels.ts";
import type { AnchorPredictions, Assigner, Assignment } from "./assigner.ts";

/** What the assignments of families and branches differ in. */
export interface AssignmentRules {
  /** How many anchors an object asks for. Default 10. */
  topk?: number;
  /**
   * Sides shorter than this, in pixels, count as this long where the anchors inside a box are sought; overlaps and targets
   * keep the true box. Default 0; Ultralytics 8.4 has the second stride there.
   */
  minSide?: number;
  /** Whether an object keeps only the best aligned of the anchors that it was given (YOLOv10, arXiv 2405.14458). Default false. */
  oneToOne?: boolean;
}

/** Settings of {@link TaskAlignedAssigner}; the defaults are those of YOLOv8 8.3. */
export interface TaskAlignedOptions extends AssignmentRules {
  /** Power of the class probability in the alignment. Default 0.5. */
  alpha?: number;
  /** Power of the overlap in the alignment. Default 6. */
  beta?: number;
  /** Keeps the normalization finite. Default 1e-9. */
  epsilon?: number;
  /**
   * Number of pairs of an object and an anchor that are computed at once, at least those of one image; each pair needs
   * about 100 bytes of memory. Default 4,194,304.
   */
  pairsAtOnce?: number;
  /** What boxes are, and how much they overlap. Default {@link uprightBoxes}. */
  boxes?: BoxKind;
}

/** Everything an assignment is worked out from, free of gradients. */
interface Inputs {
  /** Batch B, objects M, anchors A, classes C. */
  sizes: Record<"batch" | "objects" | "anchors" | "classes", number>;
  scores: tf.Tensor;
  predicted: tf.Tensor3D;
  points: tf.Tensor2D;
  labels: tf.Tensor;
  boxes: tf.Tensor3D;
  mask: tf.Tensor2D;
}

/**
 * Task-aligned assignment (TOOD, Feng et al. 2021) as YOLOv8 8.3 does it.
 *
 * An object considers the anchors inside its box and computes s^α · u^β there, s the predicted probability of its class and
 * u the overlap (CIoU, probiou) of the predicted box with its own, negative values counted as 0. It asks for the `topk`
 * anchors of highest alignment. An anchor that several objects ask for goes to the object of highest u among all whose
 * box contains it, asked or not. Exact ties go to the lowest index, of anchors and of objects. The score target of an
 * anchor is its alignment, scaled per object so that the best anchor gets the object's best CIoU.
 *
 * With `oneToOne` only the best aligned anchor of each object stays after that; those that others lost are not replaced.
 *
 * Where fewer than `topk` alignments are positive, the reference fills up with arbitrary anchors of alignment 0; these
 * carry no weight in a box loss and are background here.
 *
 * All shapes are static. Tensors over all pairs [B, M, A] are the cost: they are built for the alignment and for the
 * best alignment an object keeps; the choice itself works on [B, M, topk] and [B, A]. A large batch is done a few
 * images at a time.
 */
export class TaskAlignedAssigner implements Assigner {
  readonly topk: number;
  readonly minSide: number;
  readonly oneToOne: boolean;
  readonly alpha: number;
  readonly beta: number;
  readonly epsilon: number;
  readonly pairsAtOnce: number;
  readonly boxes: BoxKind;

  /** @throws LookonceError `ARGUMENT` when `topk` is not a whole number from 1 or a power is not positive. */
  constructor(options: TaskAlignedOptions = {}) {
    const { topk = 10, minSide = 0, oneToOne = false, boxes = uprightBoxes } = options;
    const { alpha = 0.5, beta = 6, epsilon = 1e-9, pairsAtOnce = 2 ** 22 } = options;
    if (!Number.isInteger(topk) || topk < 1) {
      throw new LookonceError("ARGUMENT", `topk must be a whole number from 1, but is ${topk}`);
    }
    if (!(alpha > 0) || !(beta > 0)) {
      throw new LookonceError("ARGUMENT", `alpha and beta must be above 0, but are ${alpha} and ${beta}`);
    }
    if (!(minSide >= 0)) throw new LookonceError("ARGUMENT", `minSide must be at least 0, but is ${minSide}`);
    this.topk = topk;
    this.minSide = minSide;
    this.oneToOne = oneToOne;
    this.alpha = alpha;
    this.beta = beta;
    this.epsilon = epsilon;
    this.pairsAtOnce = pairsAtOnce;
    this.boxes = boxes;
  }

  /** Every foreground anchor is one that some object asked for, or its only one. */
  maxForeground(objects: number): number {
    return objects * (this.oneToOne ? 1 : this.topk);
  }

  /** @throws LookonceError `ARGUMENT` when shapes do not fit each other. */
  assign(predictions: AnchorPredictions, targets: PaddedTargets): Assignment {
    checkShapes(predictions, targets, this.boxes);
    const { scores, boxes, points } = predictions;
    const { labels, boxes: goals, mask } = targets;
    const [batch, objects] = mask.shape;
    const images = Math.max(1, Math.floor(this.pairsAtOnce / (objects * points.shape[0])));
    return tf.tidy(() => {
      if (images >= batch) return this.#assign(prepare(predictions, targets));
      const parts = Array.from({ length: Math.ceil(batch / images) }, (_, part) => {
        const some = <T extends tf.Tensor>(tensor: T): T => imagesOf(tensor, part * images, images);
        const found = { scores: some(scores), boxes: some(boxes), points };
        return this.#assign(prepare(found, { labels: some(labels), boxes: some(goals), mask: some(mask) }));
      });
      const names = ["labels", "boxes", "scores", "foreground", "gtIndex"] as const satisfies (keyof Assignment)[];
      const joined = names.map((name) => [name, tf.concat<tf.Tensor>(parts.map((part) => part[name]))]);
      return Object.fromEntries(joined);
    });
  }

  #assign(inputs: Inputs): Assignment {
    return tf.tidy(() => {
      const { alignment, overlaps } = this.#alignAll(inputs);
      const choice = choose(alignment, overlaps, Math.min(this.topk, inputs.sizes.anchors));
      const { gtIndex } = choice;
      const rows = tf.add(gtIndex, rowOffsets(inputs.sizes.batch, inputs.sizes.objects));
      const labels = tf.gather<tf.Tensor>(tf.reshape(inputs.labels, [-1]), rows) as tf.Tensor2D;
      const boxes = tf.gather<tf.Tensor>(tf.reshape(inputs.boxes, [-1, this.boxes.columns]), rows) as tf.Tensor3D;
      const chosen = this.#alignChosen(inputs, labels, boxes);
      const { foreground, quality } = this.oneToOne
        ? this.#keepBest(chosen, choice, inputs.sizes.objects)
        : { foreground: choice.foreground, quality: this.#normalize(chosen, choice, inputs.sizes.objects) };
      const scores = tf.mul(smoothLabels(labels, inputs.sizes.classes), tf.expandDims(quality, -1));
      return { labels, boxes, scores: scores as tf.Tensor3D, foreground, gtIndex };
    });
  }

  /**
   * Measures that {@link assign} chooses by, to inspect an assignment: alignment (score^α · overlap^β) and overlap (not below
   * 0) of every object with every anchor, both [B, M, A] and 0 where the anchor is not inside the box.
   *
   * @throws LookonceError `ARGUMENT` when shapes do not fit each other
   */
  align(predictions: AnchorPredictions, targets: PaddedTargets): Aligned {
    checkShapes(predictions, targets, this.boxes);
    return tf.tidy(() => this.#alignAll(prepare(predictions, targets)));
  }

  /** Alignment and clamped overlap of all pairs, both [B, M, A] and 0 where the anchor is not inside the box. */
  #alignAll({ sizes, scores, predicted, points, labels, boxes, mask }: Inputs): Aligned {
    const { batch, anchors, classes } = sizes;
    const overlap = this.boxes.overlap(tf.expandDims(boxes, 2), tf.expandDims(predicted, 1));
    const area = this.minSide > 0 ? this.boxes.widen(boxes, this.minSide) : boxes;
    const isInside = this.boxes.contains(area, mask, points);
    const overlaps = tf.mul(tf.maximum(overlap, 0), tf.cast(isInside, "float32"));
    // One row of anchors per class; an object reads the row of its class.
    const perClass = tf.reshape(tf.transpose(power(scores, this.alpha), [0, 2, 1]), [batch * classes, anchors]);
    const likelihood = tf.gather(perClass, tf.add(labels, rowOffsets(batch, classes)));
    return { alignment: tf.mul(likelihood, power(overlaps, this.beta)), overlaps };
  }

  /** The same of every anchor with the one object it was given, both [B, A]. */
  #alignChosen({ sizes, scores, predicted }: Inputs, labels: tf.Tensor, boxes: tf.Tensor3D): Aligned {
    const { batch, anchors, classes } = sizes;
    const overlaps = tf.maximum(this.boxes.overlap(boxes, predicted), 0);
    const rows = tf.add(rowOffsets(batch, anchors), tf.range(0, anchors, 1, "int32"));
    const cells = tf.mul(rows, tf.scalar(classes, "int32"));
    const likelihood = tf.gather(tf.reshape(scores, [-1]), tf.add(cells, labels));
    return { alignment: tf.mul(power(likelihood, this.alpha), power(overlaps, this.beta)), overlaps };
  }

  /** Score targets [B, A]: alignment · (object's best overlap) / (object's best alignment), over the anchors it keeps. */
  #normalize({ alignment, overlaps }: Aligned, choice: Choice, objects: number): tf.Tensor {
    const kept = tf.mul(alignment, choice.foreground);
    const owned = ownedAnchors(choice, objects);
    const best = (values: tf.Tensor) => tf.max(tf.mul(tf.expandDims(values, 1), owned), 2);
    const scale = tf.div(best(overlaps), tf.add(best(kept), this.epsilon));
    return tf.mul(kept, ofOwners(scale, choice));
  }

  /** Leaves every object its best aligned anchor alone: foreground, and score targets as {@link #normalize} has them. */
  #keepBest(
    { alignment, overlaps }: Aligned,
    choice: Choice,
    objects: number,
  ): { foreground: tf.Tensor2D; quality: tf.Tensor } {
    const aligned = tf.mul(tf.expandDims(alignment, 1), ownedAnchors(choice, objects));
    const best = ofOwners(tf.argMax(aligned, 2), choice);
    const isBest = tf.equal(best, tf.range(0, alignment.shape[1] as number, 1, "int32"));
    const foreground = tf.mul(choice.foreground, tf.cast(isBest, "float32")) as tf.Tensor2D;
    const kept = tf.mul(alignment, foreground);
    return { foreground, quality: tf.div(tf.mul(kept, overlaps), tf.add(kept, this.epsilon)) };
  }
}

/** 1 where an object has the anchor, [B, M, A] float32. */
function ownedAnchors({ foreground, gtIndex }: Choice, objects: number): tf.Tensor {
  // Background belongs to no object: its index becomes −1.
  const owner = tf.sub(tf.mul(tf.add(tf.cast(gtIndex, "float32"), 1), foreground), 1);
  const object = tf.reshape(tf.range(0, objects), [1, objects, 1]);
  return tf.cast(tf.equal(tf.expandDims(owner, 1), object), "float32");
}

/** What objects have [B, M], of each anchor's object [B, A]. */
function ofOwners(values: tf.Tensor, { gtIndex }: Choice): tf.Tensor {
  const [batch, objects] = values.shape as [number, number];
  return tf.gather(tf.reshape(values, [-1]), tf.add(gtIndex, rowOffsets(batch, objects)));
}

/** How well objects and anchors fit. */
export type Aligned = Record<"alignment" | "overlaps", tf.Tensor>;

/** Up to `count` images of a batch, from `first` on. */
function imagesOf<T extends tf.Tensor>(tensor: T, first: number, count: number): T {
  const [batch, ...rest] = tensor.shape as [number, ...number[]];
  return tf.slice(tensor, [first, ...rest.map(() => 0)], [Math.min(count, batch - first), ...rest]) as T;
}

type Choice = Pick<Assignment, "foreground" | "gtIndex">;

function checkShapes({ scores, boxes, points }: AnchorPredictions, targets: PaddedTargets, { columns }: BoxKind): void {
  const [batch, anchors] = scores.shape;
  checkTargets(targets, batch, columns);
  if (boxes.shape.join() === [batch, anchors, columns].join() && points.shape.join() === [anchors, 2].join()) return;
  throw new LookonceError(
    "ARGUMENT",
    `predictions must be scores [B,A,nc], boxes [B,A,${columns}] and points [A,2], but are scores [${scores.shape}], boxes [${boxes.shape}] and points [${points.shape}]`,
  );
}

function prepare({ scores, boxes, points }: AnchorPredictions, targets: PaddedTargets): Inputs {
  const [batch, anchors, classes] = scores.shape;
  return {
    sizes: { batch, objects: targets.mask.shape[1], anchors, classes },
    scores: stopGradient(scores),
    predicted: stopGradient(boxes),
    points,
    // Padding may have any label: class 0 keeps the look-up in range.
    labels: tf.mul(targets.labels, tf.cast(targets.mask, "int32")),
    boxes: targets.boxes,
    mask: targets.mask,
  };
}

/** Who gets which anchor. The anchors that objects ask for are few: they are counted by adding them up per anchor. */
function choose(alignment: tf.Tensor, overlaps: tf.Tensor, topk: number): Choice {
  const [batch, objects, anchors] = alignment.shape as [number, number, number];
  const { values, indices } = tf.topk(alignment, topk);
  const asked = tf.cast(tf.greater(values, 0), "float32");
  const object = tf.reshape(tf.range(0, objects), [1, objects, 1]);
  const wishes = tf.stack([asked, tf.mul(asked, object)], -1);
  const cells = tf.add(indices, tf.reshape(rowOffsets(batch, anchors), [batch, 1, 1]));
  const places = tf.reshape(tf.cast(cells, "int32"), [-1, 1]);
  const sums = tf.scatterND(places, tf.reshape(wishes, [-1, 2]), [batch * anchors, 2]);
  const [count, index] = tf.unstack(tf.reshape(sums, [batch, anchors, 2]), 2) as [tf.Tensor2D, tf.Tensor2D];
  // With one suitor the sum of indices is its index; with several the sum means nothing and the best overlap decides.
  const gtIndex = tf.where(tf.greater(count, 1), tf.argMax(overlaps, 1), tf.cast(index, "int32")) as tf.Tensor2D;
  return { foreground: tf.minimum(count, 1) as tf.Tensor2D, gtIndex };
}

/**
 * x raised to a constant power, for x ≥ 0: whole powers by squaring and ½ by a square root, since the general power
 * is many times slower than a multiplication.
 */
function power(x: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 0.5) return tf.sqrt(x);
  if (exponent === 1) return x;
  if (!Number.isInteger(exponent) || exponent < 1) return tf.pow(x, exponent);
  const half = power(x, Math.floor(exponent / 2) || 1);
  const squared = tf.square(half);
  return exponent % 2 === 0 ? squared : tf.mul(squared, x);
}
