import type { Detections } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import { classMarks } from "./class-marks.ts";
import { maskMark } from "./mask-mark.ts";
import { classColor, hex } from "./palette.ts";
import { labelBox, rotatedFrame } from "./rotated-marks.ts";
import type { Shapes } from "./shapes.ts";
import { skeletonMark } from "./skeleton-mark.ts";
import { type Box, nameOf, placedTag, px } from "./tags.ts";

/** Options of drawing. */
export interface DrawOptions {
  /** Width of a box's line in pixels. Default: from the image's size. */
  lineWidth?: number;
  /** Size of the labels' letters in pixels. Default: from the image's size. */
  fontSize?: number;
  /** Whether to draw boxes. Default true. */
  frames?: boolean;
  /** Whether to write class names. Default true. */
  labels?: boolean;
  /** Whether to write scores. Default true. */
  scores?: boolean;
}

/** Detections to draw, in the image's pixels, and the names of the classes. */
export interface Drawable extends Shapes {
  /** With identities, colors are by identity, and labels begin with it. */
  detections: Detections;
  names: readonly string[];
  /** Where tracked objects have been. Default: none. */
  trails?: readonly Trail[];
  /** Lines and zones that objects are counted at. Default: none. */
  zones?: readonly ZoneMark[];
}

/** A line or a zone to draw. */
export interface ZoneMark {
  /** Flat rows of x, y in pixels: two of a line, more of a zone. */
  readonly points: readonly number[];
  /** What is written at its first point, such as its name and counts. */
  readonly text: string;
}

/** Where a tracked object has been. */
export interface Trail {
  /** Its identity. */
  readonly id: number;
  /** Flat rows of x, y in pixels, from the oldest to where it is. */
  readonly points: readonly number[];
}

/** Boxes and labels as an SVG of the image's size; see {@link boxMarks}. */
export function boxesSvg(image: Size, drawable: Drawable, options: DrawOptions): string {
  const { width, height } = image;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${boxMarks(image, drawable, options)}</svg>`;
}

/**
 * Boxes and labels as SVG elements: the best detections on top, labels above all boxes, within the image and, where there
 * is room, beside each other.
 */
export function boxMarks(
  image: Size,
  { detections, names, trails = [], zones = [], masks, keypoints, rotated, probs }: Drawable,
  options: DrawOptions,
): string {
  const sizes = sizesFor(image, options);
  const fills: string[] = [];
  const skeletons: string[] = [];
  const frames: string[] = [];
  const tags: string[] = [];
  const taken: Box[] = [];
  // The best detections choose their places first
  for (let i = 0; i < detections.count; i++) {
    const label = detections.classes[i] as number;
    const corners = rotated?.subarray(8 * i, 8 * i + 8);
    const box = corners === undefined ? boxAt(detections.boxes, i) : labelBox(corners);
    const id = detections.ids?.[i];
    const color = classColor(id ?? label);
    fills.push(maskMark(masks?.[i] ?? [], color, sizes.line));
    if (keypoints !== undefined) skeletons.push(skeletonMark(keypoints, i, sizes.line));
    if (options.frames ?? true) {
      frames.push(
        corners === undefined ? frame(box, hex(color), sizes.line) : rotatedFrame(corners, hex(color), sizes.line),
      );
    }
    const name = id === undefined ? nameOf(label, names) : `id:${id} ${nameOf(label, names)}`;
    const text = labelText(name, detections.scores[i] as number, options);
    if (text === "") continue;
    tags.push(placedTag({ text, color, box }, { image, font: sizes.font, overlap: sizes.line / 2, taken }));
  }
  const classes = probs === undefined ? "" : classMarks(probs, { image, names, font: sizes.font });
  const lines = trails.map((trail) => trailLine(trail, sizes.line));
  const marks = zones.map((zone, i) => zoneMark(zone, i, { image, sizes, taken }));
  const above = [frames, skeletons, tags].flatMap((layer) => layer.toReversed());
  return [...fills.toReversed(), ...marks, ...lines, ...above, classes].join("");
}

/** A line, or a polygon that is filled a little, with its text at the first point. */
function zoneMark(
  { points, text }: ZoneMark,
  index: number,
  { image, sizes, taken }: { image: Size; sizes: { line: number; font: number }; taken: Box[] },
): string {
  const color = classColor(index);
  const way = points.map(px).join(" ");
  const style = `fill="${points.length > 4 ? hex(color) : "none"}" fill-opacity="0.15" stroke="${hex(color)}" stroke-width="${2 * sizes.line}"`;
  const [x = 0, y = 0] = points;
  const box = { left: x, top: y, right: x, bottom: y };
  const label = placedTag({ text, color, box }, { image, font: sizes.font, overlap: 0, taken });
  return `<polygon points="${way}" ${style}/>${label}`;
}

/** A line through where an object has been, in the color of its box. */
function trailLine({ id, points }: Trail, line: number): string {
  const way = points.map(px).join(" ");
  return `<polyline points="${way}" fill="none" stroke="${hex(classColor(id))}" stroke-width="${line}" stroke-linejoin="round"/>`;
}

function boxAt(boxes: Float32Array, index: number): Box {
  const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * index, 4 * index + 4);
  return { left, top, right, bottom };
}

/** Lines and letters grow with the image, but stay readable on small ones and modest on large ones. */
function sizesFor({ width, height }: Size, options: DrawOptions): { line: number; font: number } {
  const side = (width + height) / 2;
  // A line of one pixel has no edge, and is lost in a busy image
  const line = options.lineWidth ?? Math.max(side < 160 ? 1 : 2, Math.round(side * 0.003));
  const font = options.fontSize ?? Math.max(Math.min(9, side / 7), side * 0.019);
  return { line, font };
}

function labelText(name: string, score: number, { labels = true, scores = true }: DrawOptions): string {
  return [labels ? name : "", scores ? score.toFixed(2) : ""].filter((part) => part !== "").join(" ");
}

/** A line in the class's color with a thin dark edge, so that it is seen on a background of its color. */
function frame({ left, top, right, bottom }: Box, color: string, line: number): string {
  const half = line / 2;
  const width = Math.max(right - left - line, 0.5);
  const height = Math.max(bottom - top - line, 0.5);
  const shape = `x="${px(left + half)}" y="${px(top + half)}" width="${px(width)}" height="${px(height)}" fill="none"`;
  const edge = line < 2 ? "" : `<rect ${shape} stroke="#000" stroke-opacity="0.35" stroke-width="${line + 1.5}"/>`;
  return `${edge}<rect ${shape} stroke="${color}" stroke-width="${line}"/>`;
}
