import type { PlainClass, PlainRotatedBox } from "@lookonce/families";
import type { ZoneResults } from "../track/zone-results.ts";

/** A detection as plain data, in pixels of the original image. */
export interface PlainBox {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  /** Class number. */
  class: number;
  /** Class name. */
  name: string;
  /** Identity over time, where objects were tracked. */
  id?: number;
  /** Of segmentation: the outline of the mask. */
  segments?: { x: number[]; y: number[] };
  /** Of pose estimation: the points and, where the model predicts it, how certainly each is visible, from 0 to 1. */
  keypoints?: { x: number[]; y: number[]; visible?: number[] };
  /** Of oriented boxes: the box as it is turned; `x1` to `y2` are the upright one around it. */
  obb?: PlainRotatedBox;
}

/** Results of an image as plain data. */
export interface PlainResults {
  path: string;
  /** Of a video's frame: its number from 0, and when it is shown, in seconds. */
  frame?: number;
  timestamp?: number;
  width: number;
  height: number;
  boxes: PlainBox[];
  /** Of classification: the most probable classes, the best first. */
  top5?: PlainClass[];
  /** Of counting: what happened in the frame, and what was counted so far. */
  events?: ZoneResults["events"];
  counts?: ZoneResults["counts"];
}
