import { type Detections, normalizeBoxes, xyxyToNormalizedXywh, xyxyToXywh } from "@lookonce/geometry";

/** What was found in an image, best first, in the forms that people use. Rows have four numbers each. */
export class Boxes implements Detections {
  /** Left, top, right, bottom in pixels of the original image; the same array as {@link xyxy}. */
  readonly boxes: Float32Array;
  /** Confidence of each, from 0 to 1; the same array as {@link conf}. */
  readonly scores: Float32Array;
  /** Class numbers; the same array as {@link cls}. */
  readonly classes: Int32Array;
  /** The network's anchor that each detection came from. */
  readonly anchors: Int32Array | undefined;
  /** Identities over time, from 1; `undefined` where nothing was tracked. The same array as {@link id}. */
  readonly ids: Int32Array | undefined;
  /** How many there are. */
  readonly count: number;
  readonly #size: { width: number; height: number };

  constructor({ boxes, scores, classes, anchors, ids, count }: Detections, size: { width: number; height: number }) {
    this.boxes = boxes;
    this.scores = scores;
    this.classes = classes;
    this.anchors = anchors;
    this.ids = ids;
    this.count = count;
    this.#size = { width: size.width, height: size.height };
  }

  /** Left, top, right, bottom in pixels. */
  get xyxy(): Float32Array {
    return this.boxes;
  }

  /** Center x, center y, width, height in pixels; a new array each time. */
  get xywh(): Float32Array {
    return xyxyToXywh(this.boxes);
  }

  /** Left, top, right, bottom as shares of the image's sides; a new array each time. */
  get xyxyn(): Float32Array {
    return normalizeBoxes(this.boxes, this.#size);
  }

  /** Center x, center y, width, height as shares of the image's sides; a new array each time. */
  get xywhn(): Float32Array {
    return xyxyToNormalizedXywh(this.boxes, this.#size);
  }

  /** Confidence of each, from 0 to 1. */
  get conf(): Float32Array {
    return this.scores;
  }

  /** Identities over time, from 1; `undefined` where nothing was tracked. */
  get id(): Int32Array | undefined {
    return this.ids;
  }

  /** Class numbers. */
  get cls(): Int32Array {
    return this.classes;
  }
}
