import type { Picture, Size } from "../picture.ts";
import { roundHalfEven } from "../rounding.ts";
import { invert, isAffine, type Matrix, movePoints } from "./matrix.ts";
import { drawTiles, type Scene, type Window } from "./scene.ts";

/** A part of the scene's canvas as pixels. */
interface View extends Window {
  data: Uint8Array;
}

/** OpenCV holds positions in 1/1024 while it adds them up, and interpolates at steps of 1/32. */
const POSITION_SCALE = 1024;
const HALF_STEP = 16;

/**
 * The picture that a scene gives when the matrix (canvas pixels to output pixels) moves it, bilinearly; beyond the
 * canvas is the scene's grey.
 *
 * The arithmetic is that of OpenCV's `warpAffine` and `warpPerspective` for 8-bit pictures (4.x, generic path): positions in
 * steps of 1/32 pixel, weights as whole numbers. Only the part of the canvas that the output shows is ever drawn.
 */
export function warpScene(scene: Scene, matrix: Matrix, size: Size): Picture {
  const { width, height } = size;
  const data = new Uint8Array(width * height * 3);
  const inverse = invert(matrix);
  const window = inverse && seenWindow(scene, inverse, size);
  if (inverse === undefined || window === undefined) return { data: data.fill(scene.fill), width, height };
  const view = drawView(scene, window);
  const target = { data, width, height };
  if (isAffine(matrix)) warpAffine(view, inverse, target, scene.fill);
  else warpPerspective(view, inverse, target, scene.fill);
  return target;
}

/** The part of the canvas that the output can show, with one pixel of border around the canvas. */
function seenWindow(scene: Scene, inverse: Matrix, { width, height }: Size): Window | undefined {
  const whole = { x1: -1, y1: -1, x2: scene.width + 1, y2: scene.height + 1 };
  const corners = [0, 0, width, 0, 0, height, width, height];
  const depth = [0, 1, 2, 3].map(
    (i) => inverse[6] * (corners[i * 2] as number) + inverse[7] * (corners[i * 2 + 1] as number) + inverse[8],
  );
  // Where the horizon crosses the output, corners say nothing about what lies between them
  if (depth.some((w) => w < 1e-6)) return whole;
  const moved = movePoints(corners, inverse);
  const xs = [0, 2, 4, 6].map((i) => moved[i] as number);
  const ys = [1, 3, 5, 7].map((i) => moved[i] as number);
  const window = {
    x1: Math.max(whole.x1, Math.floor(Math.min(...xs)) - 2),
    y1: Math.max(whole.y1, Math.floor(Math.min(...ys)) - 2),
    x2: Math.min(whole.x2, Math.ceil(Math.max(...xs)) + 3),
    y2: Math.min(whole.y2, Math.ceil(Math.max(...ys)) + 3),
  };
  return window.x2 - window.x1 >= 2 && window.y2 - window.y1 >= 2 ? window : undefined;
}

function drawView(scene: Scene, window: Window): View {
  const data = new Uint8Array((window.x2 - window.x1) * (window.y2 - window.y1) * 3).fill(scene.fill);
  drawTiles(scene.tiles, window, data);
  return { ...window, data };
}

function warpAffine(view: View, inverse: Matrix, { data, width, height }: Picture, fill: number): void {
  const [a, b, c, d, e, f] = inverse;
  const columns = view.x2 - view.x1;
  const rows = view.y2 - view.y1;
  const stepX = new Int32Array(width);
  const stepY = new Int32Array(width);
  for (let x = 0; x < width; x++) {
    stepX[x] = roundHalfEven(a * x * POSITION_SCALE);
    stepY[x] = roundHalfEven(d * x * POSITION_SCALE);
  }
  const pixels = view.data;
  const stride = columns * 3;
  for (let y = 0, t = 0; y < height; y++) {
    const startX = roundHalfEven((b * y + c - view.x1) * POSITION_SCALE) + HALF_STEP;
    const startY = roundHalfEven((e * y + f - view.y1) * POSITION_SCALE) + HALF_STEP;
    for (let x = 0; x < width; x++, t += 3) {
      const u = (startX + (stepX[x] as number)) >> 5;
      const v = (startY + (stepY[x] as number)) >> 5;
      const column = u >> 5;
      const row = v >> 5;
      if (column < 0 || row < 0 || column >= columns - 1 || row >= rows - 1) {
        data[t] = data[t + 1] = data[t + 2] = fill;
        continue;
      }
      blend(pixels, row * stride + column * 3, stride, u & 31, v & 31, data, t);
    }
  }
}

function warpPerspective(view: View, inverse: Matrix, { data, width, height }: Picture, fill: number): void {
  const [a, b, c, d, e, f, g, h, i] = inverse;
  const columns = view.x2 - view.x1;
  const rows = view.y2 - view.y1;
  const pixels = view.data;
  const stride = columns * 3;
  for (let y = 0, t = 0; y < height; y++) {
    for (let x = 0; x < width; x++, t += 3) {
      const w = g * x + h * y + i;
      const scale = w === 0 ? 0 : 32 / w;
      const u = Math.floor((a * x + b * y + c) * scale + 0.5);
      const v = Math.floor((d * x + e * y + f) * scale + 0.5);
      const column = Math.floor(u / 32) - view.x1;
      const row = Math.floor(v / 32) - view.y1;
      if (!(column >= 0 && row >= 0 && column < columns - 1 && row < rows - 1)) {
        data[t] = data[t + 1] = data[t + 2] = fill;
        continue;
      }
      blend(pixels, row * stride + column * 3, stride, u & 31, v & 31, data, t);
    }
  }
}

/** One output pixel: the four around it, weighted in 1/32 along each axis. */
function blend(
  pixels: Uint8Array,
  at: number,
  stride: number,
  u: number,
  v: number,
  target: Uint8Array,
  t: number,
): void {
  const wd = u * v;
  const wb = u * 32 - wd;
  const wc = v * 32 - wd;
  const wa = 1024 - wb - wc - wd;
  const below = at + stride;
  for (let k = 0; k < 3; k++) {
    target[t + k] =
      ((pixels[at + k] as number) * wa +
        (pixels[at + k + 3] as number) * wb +
        (pixels[below + k] as number) * wc +
        (pixels[below + k + 3] as number) * wd +
        512) >>
      10;
  }
}
