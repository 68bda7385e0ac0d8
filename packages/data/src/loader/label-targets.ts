import type { Sample } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import { cornersToRotated, overlapMasks, resamplePolygon, separateMasks } from "@lookonce/geometry";
import { type BatchSample, type BatchTargets, padTargets } from "../batch.ts";
import { type KeypointSpec, type LabelKind, pickObjects } from "../labels.ts";

/** How outlines become masks. */
export interface MaskOptions {
  /** Masks are this many times smaller than the batch's images: a whole number from 1. */
  ratio: number;
  /** Whether an image has one map for all objects, in which smaller ones lie above larger ones, or a mask for each. */
  overlap: boolean;
}

/** What the labels of a data set are, and what becomes of them. */
export interface LabelSpec {
  kind: LabelKind;
  keypoints: KeypointSpec | undefined;
  masks: MaskOptions;
}

/** The objects of an image as its batch has them. */
export type FinishedObjects = Pick<BatchSample, "boxes" | "classes" | "polygons" | "masks" | "keypoints" | "rotated">;

/** What the batches of a kind of labels have besides classes and boxes. */
interface KindTargets {
  finish(sample: Sample, spec: LabelSpec): FinishedObjects;
  join(finished: readonly FinishedObjects[], spec: LabelSpec, size: Size): BatchTargets;
}

type Size = Readonly<{ width: number; height: number }>;

/** Points of an outline that masks are drawn from (YOLOv8 8.3). */
const outlinePoints = 1000;

const plain: KindTargets = {
  finish: boxesOf,
  join: (finished) => padTargets(finished),
};

const kinds: Record<LabelKind, KindTargets> = {
  boxes: plain,
  folders: plain,
  polygons: {
    finish(sample, { masks: { ratio, overlap } }) {
      const { width, height } = sample.image;
      const outlines = outlinesOf(sample).map((polygon) => resamplePolygon(polygon, outlinePoints));
      const objects = { ...boxesOf(sample), polygons: outlines };
      const size = { width: Math.floor(width / ratio), height: Math.floor(height / ratio), overlap };
      if (!overlap) return { ...objects, masks: { ...size, data: separateMasks(outlines, { width, height, ratio }) } };
      const { map, order } = overlapMasks(outlines, { width, height, ratio });
      return { ...pickObjects(objects, [...order]), masks: { ...size, data: map } };
    },
    join(finished, { masks: { ratio, overlap } }, { width, height }) {
      const targets = padTargets(finished);
      const maskSize: [number, number] = [Math.floor(height / ratio), Math.floor(width / ratio)];
      const step = maskSize[0] * maskSize[1] * (overlap ? 1 : targets.maxTargets);
      const isWide = finished.some(({ masks }) => masks?.data instanceof Uint16Array);
      const masks = new (isWide ? Uint16Array : Uint8Array)(finished.length * step);
      for (const [i, image] of finished.entries()) masks.set(image.masks?.data ?? [], i * step);
      return { ...targets, masks, maskSize };
    },
  },
  keypoints: {
    finish(sample, { keypoints }) {
      const points = sample.keypoints ?? new Float32Array(0);
      const wanted = sample.classes.length * 3 * (keypoints?.shape[0] ?? 0);
      if (points.length !== wanted) throw lost(`${points.length / 3} keypoints`, `${wanted / 3}`);
      return { ...boxesOf(sample), keypoints: points.slice() };
    },
    join: (finished, { keypoints }) => padTargets(finished, { keypoints: keypoints?.shape[0] }),
  },
  rotated: {
    finish(sample) {
      const corners = outlinesOf(sample);
      const rotated = new Float32Array(corners.length * 5);
      for (const [i, points] of corners.entries()) rotated.set(cornersToRotated(points, points.length / 2), i * 5);
      return { ...boxesOf(sample), polygons: corners.map((points) => points.slice()), rotated };
    },
    join: (finished) => padTargets(finished, { rotated: true }),
  },
};

/** The objects of a finished image; an `ARGUMENT` error where a transform lost what the kind of labels needs. */
export function finishObjects(sample: Sample, spec: LabelSpec): FinishedObjects {
  return kinds[spec.kind].finish(sample, spec);
}

/** The padded targets of a batch of this size. */
export function joinTargets(finished: readonly FinishedObjects[], spec: LabelSpec, size: Size): BatchTargets {
  return kinds[spec.kind].join(finished, spec, size);
}

/** Copies: these arrays change hands, and a transform may go on using its own. */
function boxesOf({ boxes, classes }: Sample): FinishedObjects {
  return { boxes: boxes.slice(), classes: classes.slice() };
}

function outlinesOf({ polygons = [], classes }: Sample): readonly Float32Array[] {
  if (polygons.length !== classes.length) throw lost(`${polygons.length} polygons`, `${classes.length}`);
  return polygons;
}

function lost(have: string, objects: string): LookonceError {
  const what = `a transform returned ${have} where its objects need ${objects}`;
  return new LookonceError("ARGUMENT", `${what}: it must change polygons and keypoints with the boxes.`);
}
