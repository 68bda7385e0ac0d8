import { LookonceError } from "@lookonce/errors";
import type { Image, Size } from "@lookonce/image";
import { compose } from "#canvas";
import { ink } from "../chart/style.ts";
import { element, moved, type Rect } from "../chart/svg.ts";
import { shorten, text } from "../chart/text.ts";
import { boxMarks } from "../draw/boxes-svg.ts";
import { type Shapes, scaledShapes } from "../draw/shapes.ts";

/** An image of a grid, with what is in it. */
export interface GridImage extends Shapes {
  image: Image;
  /** Rows of left, top, right, bottom in the image's pixels. Default none. */
  boxes?: Float32Array;
  /** The class of each box. */
  classes?: Int32Array;
  /** Of each box, for its label. Ground truth has none. */
  scores?: Float32Array;
  /** Above the image, such as its file's name. */
  caption?: string;
}

/** Options of {@link imageGrid}. */
export interface ImageGridOptions {
  /** Names of the classes. Default: their numbers. */
  names?: readonly string[];
  /** Images side by side. Default: as many as below each other. */
  columns?: number;
  /** Side of a cell in pixels; images are fitted in. Default: 640, less where the grid were wider than 1920. */
  cell?: number;
  /** Size of the labels' letters in pixels. Default: from the cell's size. */
  fontSize?: number;
  /** Whether to write class names and scores. Default true. */
  labels?: boolean;
}

const gap = 4;
const captionHeight = 22;
const captionFont = 13;

/**
 * Images side by side with their boxes drawn in, for `train_batch0.jpg` and the like; write it with `writeImage` of
 * `@lookonce/image`. Boxes and labels are drawn after images are scaled, so that they are sharp in cells of any size.
 *
 * @throws LookonceError `ARGUMENT` without images, or when boxes and classes do not fit each other
 */
export async function imageGrid(images: readonly GridImage[], options: ImageGridOptions = {}): Promise<Image> {
  if (images.length === 0) throw new LookonceError("ARGUMENT", "imageGrid needs at least one image, but got none.");
  for (const [i, one] of images.entries()) checkImage(one, i);
  const columns = options.columns ?? Math.ceil(Math.sqrt(images.length));
  const cell = options.cell ?? Math.min(640, Math.floor((1920 - gap) / columns) - gap);
  if (!(Number.isInteger(columns) && columns > 0 && Number.isInteger(cell) && cell > 0)) {
    throw new LookonceError(
      "ARGUMENT",
      `columns and cell must be whole numbers above 0, but are ${columns} and ${cell}.`,
    );
  }
  const head = images.some(({ caption }) => caption !== undefined) ? captionHeight : 0;
  const rows = Math.ceil(images.length / columns);
  const size = { width: columns * (cell + gap) + gap, height: rows * (cell + head + gap) + gap };
  const places = images.map((one, i) => {
    const x = gap + (i % columns) * (cell + gap);
    const y = gap + head + Math.floor(i / columns) * (cell + head + gap);
    const place = fitted(one.image, { x, y, width: cell, height: cell });
    // Below a caption there is no gap.
    return head === 0 ? place : { ...place, y };
  });
  const layers = images.map(({ image }, i) => ({ image, place: places[i] as Rect }));
  const marks = images.map((one, i) => annotations(one, places[i] as Rect, { ...options, cell, head }));
  const svg = element("svg", { xmlns: "http://www.w3.org/2000/svg", ...size }, marks.join(""));
  return compose({ ...size, color: ink.paper }, [...layers, { svg }]);
}

function checkImage({ boxes, classes, scores, masks, keypoints }: GridImage, index: number): void {
  const count = (boxes?.length ?? 0) / 4;
  const points = keypoints && keypoints.data.length / (keypoints.shape[0] * keypoints.shape[1]);
  const lengths = [classes?.length, scores?.length, masks?.length, points].filter((one) => one !== undefined);
  if (lengths.every((length) => length === count) && (count === 0 || classes !== undefined)) return;
  throw new LookonceError(
    "ARGUMENT",
    `Image ${index} of the grid has ${count} boxes and ${classes?.length ?? 0} classes; each box needs one class, and, where given, one score, mask and set of keypoints.`,
  );
}

/** Where an image lies in its cell: whole, in the middle, touching two sides at least. */
function fitted({ width, height }: Size, cell: Rect): Rect {
  const scale = Math.min(cell.width / width, cell.height / height);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return {
    x: cell.x + Math.floor((cell.width - size.width) / 2),
    y: cell.y + Math.floor((cell.height - size.height) / 2),
    ...size,
  };
}

interface CellOptions extends ImageGridOptions {
  cell: number;
  head: number;
}

function annotations(one: GridImage, place: Rect, options: CellOptions): string {
  const { names = [], cell, head, fontSize, labels = true } = options;
  const { image, boxes = new Float32Array(0), classes = new Int32Array(0), scores, caption } = one;
  const [sx, sy] = [place.width / image.width, place.height / image.height];
  const drawable = {
    detections: {
      boxes: boxes.map((value, i) => value * (i % 2 === 0 ? sx : sy)),
      scores: scores ?? new Float32Array(classes.length),
      classes,
      count: classes.length,
    },
    names,
    ...scaledShapes(one, [sx, sy]),
  };
  const look = {
    fontSize: fontSize ?? Math.max(9, Math.min(15, cell / 30)),
    lineWidth: cell < 160 ? 1 : Math.max(2, Math.round(cell / 240)),
    labels,
    scores: labels && scores !== undefined,
  };
  const drawn = moved(place.x, place.y, boxMarks(place, drawable, look));
  if (caption === undefined) return drawn;
  const left = place.x - Math.floor((cell - place.width) / 2);
  const line = text(shorten(caption, cell, captionFont), { x: left + 1, y: place.y - head + 15, size: captionFont });
  return drawn + line;
}
