import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { clipObjects, dropEmpty, joinObjects, moveObjects } from "../geometry/objects.ts";
import { BORDER_GRAY, type Scene, type Tile, type Window } from "../geometry/scene.ts";
import type { LoadedSample, Sample } from "../sample.ts";

/** Where the images of a mosaic meet, in whole canvas pixels. */
export interface MosaicCenter {
  y: number;
  x: number;
}

/** What {@link mosaic4} and {@link mosaic9} need besides the images. */
export interface MosaicOptions {
  center: MosaicCenter;
  /** Half the canvas's side, in pixels. */
  imgsz: number;
  /** Whether boxes that the canvas's edge leaves empty are kept, for the perspective to drop (YOLOv5). Default `false`. */
  keepEmpty?: boolean;
  /**
   * Points that an outline gets before the canvas's edge cuts it (YOLOv8: 1,000, or 100 where objects are oriented boxes).
   * Default: its own alone, so that a cut outline changes its shape within the canvas, too (YOLOv5).
   */
  outlinePoints?: number | undefined;
}

/** Draws where four images meet: y, then x, uniformly from the canvas's middle half, cut to whole pixels. */
export function drawMosaicCenter(imgsz: number, rng: Random): MosaicCenter {
  const y = Math.trunc(rng.uniform(imgsz / 2, 1.5 * imgsz));
  return { y, x: Math.trunc(rng.uniform(imgsz / 2, 1.5 * imgsz)) };
}

/** Draws which part of nine images is cut out: its top, then its left edge, uniformly below `imgsz`. */
export function drawMosaic9Corner(imgsz: number, rng: Random): MosaicCenter {
  const y = Math.trunc(rng.uniform(0, imgsz));
  return { y, x: Math.trunc(rng.uniform(0, imgsz)) };
}

/**
 * Four images around a point of a canvas of twice `imgsz`: left above it, right above, left below, right below; each
 * touches the point with its nearest corner, and what reaches beyond the canvas is cut off, of boxes and
 * polygons too; keypoints there are no longer visible.
 */
export function mosaic4(samples: readonly LoadedSample[], options: MosaicOptions): Scene {
  const { center, imgsz } = options;
  const side = 2 * imgsz;
  const tiles = samples.slice(0, 4).map(({ image, whole = image }, i): Tile => {
    const left = i % 2 === 0 ? center.x - whole.width : center.x;
    const top = i < 2 ? center.y - whole.height : center.y;
    return placeTile({ image, left, top }, side);
  });
  return assemble(samples, tiles, options);
}

/**
 * How many rows of each of the four images of {@link mosaic4} are needed, from the top, where only a part of the canvas is seen.
 * Of an image that is not seen at all it is 1.
 *
 * @param seen `undefined` where nothing of the canvas is
 */
export function mosaicRows({ x, y }: MosaicCenter, seen: Window | undefined): [number, number, number, number] {
  const across = [seen !== undefined && seen.x1 < x, seen !== undefined && seen.x2 > x];
  const above = seen !== undefined && seen.y1 < y ? Number.POSITIVE_INFINITY : 1;
  const below = seen === undefined ? 1 : Math.max(1, seen.y2 - y);
  const rows = (i: number): number => (across[i % 2] ? (i < 2 ? above : below) : 1);
  return [rows(0), rows(1), rows(2), rows(3)];
}

/**
 * Nine images on a canvas of three times `imgsz`, of which a square of twice `imgsz` is cut out, its left top corner
 * given by `center`: one in the middle, the others around it clockwise from the one above, each beside the one before.
 */
export function mosaic9(samples: readonly Sample[], options: MosaicOptions): Scene {
  const { center, imgsz } = options;
  const side = 2 * imgsz;
  const tiles = corners9(samples, imgsz).map(([left, top], i): Tile => {
    const { image } = samples[i] as Sample;
    // On the large canvas an image is cut off at its edges before the square is cut out
    const tile = placeTile({ image, left, top }, 3 * imgsz);
    return {
      image,
      left: left - center.x,
      top: top - center.y,
      x1: clamp(tile.x1 - center.x, side),
      x2: clamp(tile.x2 - center.x, side),
      y1: clamp(tile.y1 - center.y, side),
      y2: clamp(tile.y2 - center.y, side),
    };
  });
  return assemble(samples, tiles, options);
}

/** Left and top of nine images, each placed by its own size, the middle one's and the one before it. */
function corners9(samples: readonly Sample[], s: number): [number, number][] {
  const at = (i: number): Image => (samples[i] as Sample).image;
  const [right, bottom] = [s + at(0).width, s + at(0).height];
  return [
    [s, s],
    [s, s - at(1).height],
    [s + at(1).width, s - at(2).height],
    [right, s],
    [right, s + at(3).height],
    [right - at(5).width, bottom],
    [right - at(5).width - at(6).width, bottom],
    [s - at(7).width, bottom - at(7).height],
    [s - at(8).width, bottom - at(7).height - at(8).height],
  ];
}

function placeTile({ image, left, top }: Pick<Tile, "image" | "left" | "top">, side: number): Tile {
  return {
    image,
    left,
    top,
    x1: clamp(left, side),
    y1: clamp(top, side),
    x2: clamp(left + image.width, side),
    y2: clamp(top + image.height, side),
  };
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}

function assemble(
  samples: readonly Sample[],
  tiles: readonly Tile[],
  { imgsz, keepEmpty, outlinePoints }: MosaicOptions,
): Scene {
  const canvas = { width: 2 * imgsz, height: 2 * imgsz };
  const moved = tiles.map(({ left, top }, i) => moveObjects(samples[i] as Sample, { shift: [left, top] }));
  const clipped = clipObjects(joinObjects(moved), [0, 0, canvas.width, canvas.height], outlinePoints);
  const objects = keepEmpty ? clipped : dropEmpty(clipped);
  return { ...objects, ...canvas, fill: BORDER_GRAY, tiles };
}
