import { LookonceError } from "@lookonce/errors";

/** Boxes with identities over frames, as arrays side by side. */
export interface MotRows {
  /** [count]: frame numbers; MOTChallenge counts from 1. */
  frames: Int32Array;
  /** [count] */
  ids: Int32Array;
  /** [count, 4]: left, top, right, bottom. */
  boxes: Float64Array;
}

/**
 * Reads MOTChallenge's text: lines `frame, id, left, top, width, height, confidence, …`. Rows whose confidence is 0 are left
 * out: ground truth marks so what is not to be scored.
 *
 * @param name of the text in errors, such as a file's name
 * @throws LookonceError `DATA` for a line with other numbers, and for an identity that is twice in a frame, with the line
 */
export function parseMot(text: string, name: string): MotRows {
  const frames: number[] = [];
  const ids: number[] = [];
  const boxes: number[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const fields = line.split(",");
    const numbers = fields.slice(0, 7).map((field) => (field.trim() === "" ? Number.NaN : Number(field)));
    const [frame = 0, id = 0, left = 0, top = 0, width = 0, height = 0, confidence = 1] = numbers;
    const isRow = numbers.length >= 6 && numbers.every(Number.isFinite) && width > 0 && height > 0;
    if (!isRow || ![frame, id].every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31)) {
      throw new LookonceError(
        "DATA",
        `${name}, line ${index + 1}: expected "frame, id, left, top, width, height", whole numbers and then a box with an area, not "${line.slice(0, 80)}".`,
      );
    }
    if (confidence === 0) continue;
    const key = `${frame} ${id}`;
    const before = lines.get(key);
    if (before !== undefined) {
      throw new LookonceError(
        "DATA",
        `${name}, line ${index + 1}: identity ${id} is in frame ${frame} already (line ${before}). Each can be in a frame once.`,
      );
    }
    lines.set(key, index + 1);
    frames.push(frame);
    ids.push(id);
    boxes.push(left, top, left + width, top + height);
  }
  return { frames: Int32Array.from(frames), ids: Int32Array.from(ids), boxes: Float64Array.from(boxes) };
}

/** One frame's rows of {@link MotRows}. */
export interface MotFrame {
  ids: number[];
  /** Flat rows of left, top, right, bottom. */
  boxes: number[];
}

/** Rows by frame. */
export function framesOf({ frames, ids, boxes }: MotRows): Map<number, MotFrame> {
  const byFrame = new Map<number, MotFrame>();
  for (const [row, frame] of frames.entries()) {
    const one = byFrame.get(frame) ?? { ids: [], boxes: [] };
    byFrame.set(frame, one);
    one.ids.push(ids[row] as number);
    one.boxes.push(...boxes.subarray(4 * row, 4 * row + 4));
  }
  return byFrame;
}
