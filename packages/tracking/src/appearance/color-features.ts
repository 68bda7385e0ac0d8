import { LookonceError } from "@lookonce/errors";
import type { RgbFrame } from "../motion/gray-frame.ts";
import type { TrackerInput } from "../tracker-input.ts";

/** Hues that are distinguished, how bright each is, and grays. */
const [hues, levels, grays] = [24, 2, 5] as const;

/** Numbers of a half of a box: those of hues, level by level, then those of grays. */
const halfLength = hues * levels + grays;

/** Numbers that describe a box: the colors of its upper, and of its lower half. */
export const colorFeatureLength: number = 2 * halfLength;

/** Pixels that are read of a box, at most, each way. */
const maxSamples = 16;

/** Difference of the largest and the smallest of red, green and blue from which a pixel is all color and no gray. */
const fullChroma = 80;

/**
 * Describes each box by its colors, so that objects can be recognized: histograms of hue, brightness and grays of its upper and
 * of its lower half, in which the middle of the box counts most, since there is ground at the corners (Comaniciu et al., 2003,
 * "Kernel-based object tracking"). The numbers are square roots of shares, so the cosine of two vectors is their Bhattacharyya
 * coefficient.
 *
 * @param detections of the frame, in pixels of the video's frame
 * @param originalWidth of the frame in its video, where this is a smaller version of it. Default: its own.
 * @returns [count, {@link colorFeatureLength}] of length 1 each; zeros for a box outside of the frame
 * @throws LookonceError `ARGUMENT` when `data` has another length
 */
export function colorFeatures(
  frame: RgbFrame,
  { boxes, angles }: Pick<TrackerInput, "boxes" | "angles">,
  originalWidth: number = frame.width,
): Float32Array {
  const { data, width, height } = frame;
  if (data.length !== 3 * width * height) {
    throw new LookonceError(
      "ARGUMENT",
      `An RGB frame of ${width} × ${height} has ${3 * width * height} bytes, not ${data.length}.`,
    );
  }
  const shrink = width / originalWidth;
  const count = boxes.length / 4;
  const features = new Float32Array(count * colorFeatureLength);
  for (let i = 0; i < count; i++) {
    const [a = 0, b = 0, c = 0, d = 0] = Array.from({ length: 4 }, (_, k) => (boxes[4 * i + k] as number) * shrink);
    const placed =
      angles === undefined
        ? { x: (a + c) / 2, y: (b + d) / 2, across: c - a, down: d - b, angle: 0 }
        : { x: a, y: b, across: c, down: d, angle: angles[i] as number };
    describe(frame, placed, features.subarray(i * colorFeatureLength, (i + 1) * colorFeatureLength));
  }
  return features;
}

/** Where a box is: center, sides, and how far it is turned. */
interface PlacedBox {
  x: number;
  y: number;
  across: number;
  down: number;
  angle: number;
}

function describe({ data, width, height }: RgbFrame, box: PlacedBox, into: Float32Array): void {
  const { x, y, across, down, angle } = box;
  const [columns, rows] = [samplesOf(across), samplesOf(down)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    // From −1 at one edge of the box to 1 at the other
    const v = (2 * row + 1) / rows - 1;
    const half = v < 0 ? 0 : halfLength;
    for (let column = 0; column < columns; column++) {
      const u = (2 * column + 1) / columns - 1;
      const weight = 1 - u * u - v * v;
      if (weight <= 0) continue;
      const px = Math.floor(x + (u * across * cos - v * down * sin) / 2);
      const py = Math.floor(y + (u * across * sin + v * down * cos) / 2);
      if (!(px >= 0 && px < width && py >= 0 && py < height)) continue;
      const at = 3 * (py * width + px);
      addColor(into, half, [data[at] as number, data[at + 1] as number, data[at + 2] as number], weight);
      total += weight;
    }
  }
  for (let i = 0; total > 0 && i < into.length; i++) into[i] = Math.sqrt((into[i] as number) / total);
}

function samplesOf(side: number): number {
  return Number.isFinite(side) ? Math.min(maxSamples, Math.max(1, Math.round(side))) : 0;
}

/** Adds a pixel to the two nearest hues, levels and grays each. */
function addColor(
  into: Float32Array,
  half: number,
  [r, g, b]: readonly [number, number, number],
  weight: number,
): void {
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
  const chroma = most - least;
  const colored = weight * Math.min(1, chroma / fullChroma);
  const add = (at: number, amount: number): void => {
    into[half + at] = (into[half + at] as number) + amount;
  };
  const gray = (most / 255) * (grays - 1);
  const [lower, part] = [Math.min(grays - 2, Math.floor(gray)), gray - Math.min(grays - 2, Math.floor(gray))];
  add(hues * levels + lower, (weight - colored) * (1 - part));
  add(hues * levels + lower + 1, (weight - colored) * part);
  if (chroma === 0) return;
  const sixth = most === r ? (g - b) / chroma : most === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
  const hue = (((sixth + 6) % 6) / 6) * hues;
  const before = Math.floor(hue);
  const level = most / 255;
  for (const [at, share] of [
    [before % hues, 1 - (hue - before)],
    [(before + 1) % hues, hue - before],
  ] as const) {
    add(at, colored * share * (1 - level));
    add(hues + at, colored * share * level);
  }
}
