import { Random } from "@lookonce/random";
import type { FollowedPoints } from "./follow-points.ts";

/** A turn with a scale, and a shift: x' = a x − b y + tx, y' = b x + a y + ty. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/** Pixels between a point and where the motion leads, at most. Ultralytics 8.3 leaves it at OpenCV's 3. */
const tolerance = 1.5;
/** Pairs that are tried, at most; fewer where most points agree, so that a good one is found with this probability. */
const maxTries = 500;
const confidence = 0.999;
/** Fewer points than these, or than this share of all, are no motion of the camera. */
const minPoints = 10;
const minShare = 0.3;

/**
 * The motion that most points follow, by random samples of two (RANSAC; Fischler and Bolles, 1981), then least squares over
 * all that agree. The same points always have the same motion.
 *
 * @returns undefined where too few points agree
 */
export function fitSimilarity({ before, now }: FollowedPoints): Similarity | undefined {
  const count = before.length / 2;
  if (count < minPoints) return undefined;
  const rng = new Random("camera motion");
  let best: number[] = [];
  let tries = maxTries;
  for (let i = 0; i < tries; i++) {
    const first = rng.integer(0, count);
    const second = (first + rng.integer(1, count)) % count;
    const motion = fit(before, now, [first, second]);
    if (motion === undefined) continue;
    const agreeing = inliers(before, now, motion);
    if (agreeing.length <= best.length) continue;
    best = agreeing;
    const pair = (agreeing.length / count) ** 2;
    tries = Math.min(maxTries, pair === 1 ? 0 : Math.ceil(Math.log(1 - confidence) / Math.log(1 - pair)));
  }
  let motion = fit(before, now, best);
  for (let i = 0; i < 2 && motion !== undefined; i++) {
    best = inliers(before, now, motion);
    motion = fit(before, now, best);
  }
  return best.length < Math.max(minPoints, minShare * count) ? undefined : motion;
}

/** The least squares' motion of some of the points; undefined where they all lie in one place. */
function fit(before: Float32Array, now: Float32Array, chosen: readonly number[]): Similarity | undefined {
  const means = [0, 0, 0, 0] as [number, number, number, number];
  for (const i of chosen) {
    for (let k = 0; k < 2; k++) {
      means[k] = (means[k] as number) + (before[2 * i + k] as number) / chosen.length;
      means[k + 2] = (means[k + 2] as number) + (now[2 * i + k] as number) / chosen.length;
    }
  }
  const [mx, my, nx, ny] = means;
  let [dots, crosses, squares] = [0, 0, 0];
  for (const i of chosen) {
    const [x, y] = [(before[2 * i] as number) - mx, (before[2 * i + 1] as number) - my];
    const [u, v] = [(now[2 * i] as number) - nx, (now[2 * i + 1] as number) - ny];
    dots += x * u + y * v;
    crosses += x * v - y * u;
    squares += x * x + y * y;
  }
  if (squares < 1) return undefined;
  const [a, b] = [dots / squares, crosses / squares];
  return { a, b, tx: nx - a * mx + b * my, ty: ny - b * mx - a * my };
}

function inliers(before: Float32Array, now: Float32Array, { a, b, tx, ty }: Similarity): number[] {
  const agreeing: number[] = [];
  for (let i = 0; i < before.length; i += 2) {
    const [x, y] = [before[i] as number, before[i + 1] as number];
    const [dx, dy] = [a * x - b * y + tx - (now[i] as number), b * x + a * y + ty - (now[i + 1] as number)];
    if (dx * dx + dy * dy <= tolerance * tolerance) agreeing.push(i / 2);
  }
  return agreeing;
}
