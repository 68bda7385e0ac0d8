import { LookonceError } from "@lookonce/errors";
import { roundHalfEven } from "@lookonce/geometry";
import { blankImage, type Image, type Size } from "./image.ts";
import { resizeBilinear } from "./resize-bilinear.ts";

/** Options of {@link letterbox}. */
export interface LetterboxOptions {
  /** The canvas: one side of a square, or `[height, width]`, in pixels. */
  size: number | readonly [number, number];
  /** Pad only up to the next multiple of `stride` instead of up to `size`. Default `false`. */
  auto?: boolean;
  /** Step of the canvas's sides with `auto`, in pixels. Default 32. */
  stride?: number;
  /** Enlarge images smaller than the canvas. Default `true`. */
  scaleUp?: boolean;
  /** Stretch to the canvas without keeping the aspect ratio. Default `false`. */
  scaleFill?: boolean;
  /** Center the image; otherwise it is in the top left corner. Default `true`. */
  center?: boolean;
  /** Color of the border, a gray or RGB. Default 114. */
  fill?: number | readonly [number, number, number];
}

/** Where an image lies on its canvas: `canvas = original · ratio + padding`, in pixels. */
export interface LetterboxGeometry {
  /** The canvas. */
  canvas: Size;
  /** The image on it. */
  resized: Size;
  /** Scale `[width, height]`. */
  ratio: [number, number];
  /** Border `[left, top]` in whole pixels, as drawn. YOLOv8 (8.3) moves boxes by it. */
  padding: [number, number];
  /** Half of the whole border `[horizontal, vertical]`, perhaps with half a pixel. YOLOv5 (6.1, 7.0) moves boxes by it. */
  exactPadding: [number, number];
}

/** Result of {@link letterbox}. */
export interface Letterboxed extends LetterboxGeometry {
  image: Image;
}

/**
 * Computes size, scale and position of a letterboxed image.
 *
 * The scaled sides are rounded half to even. A border that does not divide in two adds its odd pixel at the right or
 * bottom: left and top are `round(half − 0.1)`, right and bottom `round(half + 0.1)` (YOLOv5 6.1, YOLOv8 8.3).
 *
 * @throws LookonceError `ARGUMENT` when size or stride is not whole and positive
 */
export function letterboxGeometry(original: Size, options: LetterboxOptions): LetterboxGeometry {
  const { auto = false, stride = 32, scaleUp = true, scaleFill = false, center = true } = options;
  const target = canvasSize(options.size, stride);
  const fit = Math.min(target.height / original.height, target.width / original.width);
  let ratio: [number, number] = scaleUp ? [fit, fit] : [Math.min(fit, 1), Math.min(fit, 1)];
  let resized = {
    width: Math.max(1, roundHalfEven(original.width * ratio[0])),
    height: Math.max(1, roundHalfEven(original.height * ratio[1])),
  };
  if (scaleFill && !auto) {
    resized = target;
    ratio = [target.width / original.width, target.height / original.height];
  }
  const spare = [target.width - resized.width, target.height - resized.height] as [number, number];
  if (auto) {
    spare[0] %= stride;
    spare[1] %= stride;
  }
  const half: [number, number] = [spare[0] / 2, spare[1] / 2];
  return {
    canvas: { width: resized.width + spare[0], height: resized.height + spare[1] },
    resized,
    ratio,
    padding: center ? [roundHalfEven(half[0] - 0.1) + 0, roundHalfEven(half[1] - 0.1) + 0] : [0, 0],
    exactPadding: center ? half : [0, 0],
  };
}

/**
 * Fits an image into a canvas, keeping its aspect ratio and filling the rest with gray.
 *
 * Boxes in pixels follow by `x · ratio[0] + padding[0]`, `y · ratio[1] + padding[1]`.
 *
 * @throws LookonceError `ARGUMENT` as {@link letterboxGeometry}
 */
export function letterbox(image: Image, options: LetterboxOptions): Letterboxed {
  const geometry = letterboxGeometry(image, options);
  const { canvas, resized, padding } = geometry;
  const same = resized.width === image.width && resized.height === image.height;
  const inner = same ? image : resizeBilinear(image, resized);
  const target = blankImage(canvas, options.fill ?? 114);
  const row = resized.width * 3;
  for (let y = 0; y < resized.height; y++) {
    target.data.set(inner.data.subarray(y * row, (y + 1) * row), ((padding[1] + y) * canvas.width + padding[0]) * 3);
  }
  return { ...geometry, image: target };
}

function canvasSize(size: number | readonly [number, number], stride: number): Size {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  if ([height, width, stride].every((value) => Number.isInteger(value) && value >= 1)) return { width, height };
  throw new LookonceError(
    "ARGUMENT",
    `letterbox: size and stride must be whole numbers of at least 1, not size ${JSON.stringify(size)} and stride ${stride}.`,
  );
}
