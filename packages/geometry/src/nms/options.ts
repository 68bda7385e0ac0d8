import { LookonceError } from "@lookonce/errors";

/** Labels that are known before detection and join it with confidence 1. */
export interface AprioriLabels {
  /** Class numbers. */
  classes: ArrayLike<number>;
  /** Rows of center x, center y, width, height in network pixels. */
  boxes: ArrayLike<number>;
}

/** Options of `nonMaxSuppression`. The usual thresholds of each family are in `familySettings` of `@lookonce/config`. */
export interface NmsOptions {
  /** Confidences must exceed this. */
  conf: number;
  /** A box goes when its IoU with a better one exceeds this. */
  iou: number;
  /** The classes wanted; all, where missing. */
  classes?: readonly number[];
  /** Whether boxes of different classes suppress each other. Default false. */
  agnostic?: boolean;
  /** Whether an anchor may become a detection for each class above the threshold. Default false; validation sets it. */
  multiLabel?: boolean;
  /** Most detections an image. */
  maxDet: number;
  /** How many are selected of an end-to-end prediction, before the wanted classes of those are. Default `maxDet`. */
  maxSelected?: number;
  /** Only this many of the best candidates enter suppression. Default 30000. */
  maxNms?: number;
  /** Pixels between the classes' boxes, added in single precision before suppression. Default 7680. */
  classOffset?: number;
  /** Shortest and longest side in pixels that a box may have. YOLOv5 6.1 has [2, 7680]; default none. */
  sideLimits?: readonly [shortest: number, longest: number];
  /** For each image labels known beforehand, or undefined where there are none. */
  labels?: readonly (AprioriLabels | undefined)[];
}

/** {@link NmsOptions} with the defaults filled in; of agnostic suppression `classOffset` is 0. */
export type ResolvedNmsOptions = NmsOptions &
  Required<Omit<NmsOptions, "classes" | "sideLimits" | "labels">> & {
    /** 1 for each wanted class; all, where missing. */
    wanted: Uint8Array | undefined;
  };

/** Fills in defaults and checks ranges. @throws LookonceError `ARGUMENT` naming the option */
export function resolveNmsOptions(options: NmsOptions, nc: number): ResolvedNmsOptions {
  const resolved = {
    agnostic: false,
    multiLabel: false,
    maxNms: 30000,
    classOffset: 7680,
    maxSelected: options.maxDet,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  } as Omit<ResolvedNmsOptions, "wanted">;
  if (resolved.agnostic) resolved.classOffset = 0;
  for (const name of ["conf", "iou"] as const) {
    const value = resolved[name];
    if (!(value >= 0 && value <= 1)) throw bad(name, "a number from 0 to 1", value);
  }
  for (const name of ["maxDet", "maxNms", "maxSelected"] as const) {
    const value = resolved[name];
    if (!(value >= 1)) throw bad(name, "a number of at least 1", value);
  }
  if (options.classes === undefined) return { ...resolved, wanted: undefined };
  const wanted = new Uint8Array(nc);
  for (const label of options.classes) {
    if (!(Number.isInteger(label) && label >= 0 && label < nc)) {
      throw bad("classes", `class numbers from 0 to ${nc - 1}`, label);
    }
    wanted[label] = 1;
  }
  return { ...resolved, wanted };
}

function bad(name: string, expected: string, value: unknown): LookonceError {
  return new LookonceError("ARGUMENT", `Option ${name} of nonMaxSuppression must be ${expected} but is ${value}.`);
}
