import type { Drawable } from "@lookonce/plots";

/** Rotated boxes as trackers read and return them. */
export interface TrackableBoxes {
  /** [count, 4]: center x, center y, width, height. */
  boxes: Float32Array;
  /** [count]: how far the width is turned toward positive y, in radians. */
  angles: Float32Array;
}

/** Tracked objects: the number of each one's detection, and its box where it was {@link TrackableBoxes}. */
export interface TrackedRows extends Pick<TrackableBoxes, "boxes"> {
  detections: Int32Array;
  angles?: Float32Array;
}

/**
 * What results have of a task besides boxes, such as masks: how that is written, drawn and picked. What a task leaves out is
 * as for boxes.
 */
export abstract class ResultEntry {
  /** Whether detections can be cut out as rectangles. */
  readonly hasCrops: boolean = true;

  /** The entry of some of the detections, by their numbers, in this order. */
  abstract pick(rows: Int32Array): ResultEntry;

  /** Boxes that are tracked in place of the upright ones. */
  trackable(): TrackableBoxes | undefined {
    return undefined;
  }

  /** The entry of tracked objects. Default: of their detections. */
  tracked({ detections }: TrackedRows): ResultEntry {
    return this.pick(detections);
  }

  /** What JSON says of a detection besides its box, in pixels of the image. */
  plain(_index: number): object {
    return {};
  }

  /** What JSON says of the image. */
  plainImage(_names: readonly string[]): object {
    return {};
  }

  /**
   * Values of a detection's line in label files after its class, as fractions of the image.
   *
   * @param box center x, center y, width, height
   */
  lineValues(_index: number, box: readonly number[]): readonly number[] {
    return box;
  }

  /** All lines of the label file, where there is none for each detection. */
  lines(_names: readonly string[]): readonly string[] | undefined {
    return undefined;
  }

  /** What was seen, for people. Default: how many of each class. */
  describe(_names: readonly string[]): string | undefined {
    return undefined;
  }

  /** What the row of a detection has in COCO's form; a value `undefined` removes one of those of boxes. */
  coco(_index: number): object {
    return {};
  }

  /** What is drawn with the boxes. @param scale pixels of the drawing per pixel of the image */
  shapes(_scale: readonly [horizontal: number, vertical: number]): Partial<Drawable> {
    return {};
  }
}

/** What all of an image's entries draw together; see {@link ResultEntry.shapes}. */
export function shapesOf(
  entries: readonly ResultEntry[],
  scale: readonly [horizontal: number, vertical: number] = [1, 1],
): Partial<Drawable> {
  return Object.assign({}, ...entries.map((entry) => entry.shapes(scale)));
}

/** The entries that results can ask: those of the built-in tasks, and of others that extend {@link ResultEntry}. */
export function resultEntries(entries: Readonly<Record<string, unknown>>): ResultEntry[] {
  return Object.values(entries).filter((entry) => entry instanceof ResultEntry);
}
