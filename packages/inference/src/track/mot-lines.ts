import { basename, dirname } from "@lookonce/files";
import type { Results } from "../results.ts";
import { fileName, withoutEnding } from "../sources/file-name.ts";

/** The sequence that a frame is of: its video's name, or that of its folder, of MOTChallenge's `NAME/img1/000001.jpg` NAME. */
export function sequenceOf({ video, name, path }: Pick<Results, "video" | "name" | "path">): string {
  if (video !== undefined) return withoutEnding(name);
  const images = dirname(path);
  const folder = basename(basename(images) === "img1" ? dirname(images) : images);
  return /^\.*$/.test(folder) ? "images" : fileName(folder);
}

/**
 * The frame's number as MOTChallenge counts, from 1: that of the video's frame, the number that is the image's name, or how
 * many came.
 */
export function motFrame({ frame, name }: Pick<Results, "frame" | "name">, count: number): number {
  if (frame !== undefined) return frame + 1;
  const stem = withoutEnding(basename(name));
  return /^\d{1,9}$/.test(stem) ? Number(stem) : count;
}

/** Tracks as lines of MOTChallenge's form: frame, id, left, top, width, height, confidence, and three unknowns. */
export function motLines({ boxes: { boxes, ids, scores } }: Pick<Results, "boxes">, frame: number): string {
  if (ids === undefined) return "";
  return Array.from(ids, (id, i) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * i, 4 * i + 4);
    const numbers = [left, top, right - left, bottom - top].map((value) => value.toFixed(2));
    return `${frame},${id},${numbers.join(",")},${(scores[i] as number).toFixed(4)},-1,-1,-1\n`;
  }).join("");
}
