/** A Gaussian over center x, center y, two numbers of the size, and their velocities per frame. */
export interface KalmanState {
  /** [8] */
  mean: Float64Array;
  /** [8, 8], row-major, symmetric. */
  covariance: Float64Array;
}

/** What the two numbers of the size are: aspect ratio w / h and height (ByteTrack), or width and height (BoT-SORT). */
export type KalmanKind = "xyah" | "xywh";

const positionWeight = 1 / 20;
const velocityWeight = 1 / 160;

/**
 * Kalman filter with constant velocity, one frame a step; noise is proportional to the object's size. States are changed in
 * place.
 *
 * Wojke et al., 2017, arXiv:1703.07402 (`xyah`); Aharon et al., 2022, arXiv:2206.14651 (`xywh`).
 */
export class KalmanFilter {
  readonly kind: KalmanKind;
  readonly #deviations = new Float64Array(8);
  /** Cholesky factor of the innovation's covariance, [4, 4]. */
  readonly #factor = new Float64Array(16);
  /** The factor's inverse times the first four rows of the covariance [4, 8], then times the innovation [4]. */
  readonly #gain = new Float64Array(36);

  constructor(kind: KalmanKind) {
    this.kind = kind;
  }

  /** A state that starts at a measurement (x, y, and the size as {@link KalmanKind} says), at rest. */
  initiate(measurement: ArrayLike<number>): KalmanState {
    const mean = new Float64Array(8);
    for (let i = 0; i < 4; i++) mean[i] = measurement[i] as number;
    const covariance = new Float64Array(64);
    const deviations = this.#noise(mean, 2 * positionWeight, 10 * velocityWeight);
    for (let i = 0; i < 8; i++) covariance[9 * i] = (deviations[i] as number) ** 2;
    return { mean, covariance };
  }

  /** Moves a state one frame on. */
  predict({ mean, covariance: p }: KalmanState): void {
    const deviations = this.#noise(mean, positionWeight, velocityWeight);
    for (let i = 0; i < 4; i++) mean[i] = (mean[i] as number) + (mean[i + 4] as number);
    // F P Fᵀ with F = [1 1; 0 1] in blocks: rows, then columns
    for (let i = 0; i < 32; i++) p[i] = (p[i] as number) + (p[i + 32] as number);
    for (let row = 0; row < 64; row += 8) {
      for (let i = row; i < row + 4; i++) p[i] = (p[i] as number) + (p[i + 4] as number);
    }
    for (let i = 0; i < 8; i++) p[9 * i] = (p[9 * i] as number) + (deviations[i] as number) ** 2;
  }

  /** Mean [4] and covariance [4, 4] of the measurement that a state leads to expect. */
  project({ mean, covariance }: KalmanState): KalmanState {
    const projected = new Float64Array(16);
    for (let i = 0; i < 16; i++) projected[i] = covariance[8 * (i >> 2) + (i & 3)] as number;
    const deviations = this.#measurementNoise(mean);
    for (let i = 0; i < 4; i++) projected[5 * i] = (projected[5 * i] as number) + (deviations[i] as number) ** 2;
    return { mean: mean.slice(0, 4), covariance: projected };
  }

  /** Corrects a predicted state by a measurement. */
  update({ mean, covariance: p }: KalmanState, measurement: ArrayLike<number>): void {
    const [l, g] = [this.#factor, this.#gain];
    const deviations = this.#measurementNoise(mean);
    // S = L Lᵀ, and G = L⁻¹ [P's first four rows | innovation]; then P −= Gᵀ G and mean += Gᵀ (L⁻¹ innovation)
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = p[8 * i + j] as number;
        if (i === j) sum += (deviations[i] as number) ** 2;
        for (let k = 0; k < j; k++) sum -= (l[4 * i + k] as number) * (l[4 * j + k] as number);
        l[4 * i + j] = i === j ? Math.sqrt(sum) : sum / (l[5 * j] as number);
      }
      const diagonal = l[5 * i] as number;
      for (let column = 0; column < 9; column++) {
        let sum = column < 8 ? (p[8 * i + column] as number) : (measurement[i] as number) - (mean[i] as number);
        for (let k = 0; k < i; k++) sum -= (l[4 * i + k] as number) * (g[9 * k + column] as number);
        g[9 * i + column] = sum / diagonal;
      }
    }
    for (let i = 0; i < 8; i++) {
      const [a, b, c, d] = [g[i] as number, g[9 + i] as number, g[18 + i] as number, g[27 + i] as number];
      mean[i] =
        (mean[i] as number) +
        a * (g[8] as number) +
        b * (g[17] as number) +
        c * (g[26] as number) +
        d * (g[35] as number);
      for (let j = 0; j <= i; j++) {
        const less =
          a * (g[j] as number) + b * (g[9 + j] as number) + c * (g[18 + j] as number) + d * (g[27 + j] as number);
        const value = (p[8 * i + j] as number) - less;
        p[8 * i + j] = value;
        p[8 * j + i] = value;
      }
    }
  }

  /** Standard deviations of all eight numbers; aspect ratios have fixed ones. */
  #noise(mean: Float64Array, position: number, velocity: number): Float64Array {
    const height = mean[3] as number;
    const isAspect = this.kind === "xyah";
    const width = isAspect ? height : (mean[2] as number);
    const out = this.#deviations;
    for (let i = 0; i < 4; i++) {
      const side = i % 2 === 0 ? width : height;
      out[i] = position * side;
      out[i + 4] = velocity * side;
    }
    if (isAspect) {
      out[2] = 1e-2;
      out[6] = 1e-5;
    }
    return out;
  }

  #measurementNoise(mean: Float64Array): Float64Array {
    const deviations = this.#noise(mean, positionWeight, velocityWeight);
    if (this.kind === "xyah") deviations[2] = 1e-1;
    return deviations;
  }
}

/**
 * Applies the motion of the camera to a state: the 2 × 2 part to each pair of numbers (center, size and their velocities),
 * the translation to the center.
 *
 * @param warp [2, 3], row-major: from the previous frame's pixels to the current one's
 */
export function warpState({ mean, covariance }: KalmanState, warp: ArrayLike<number>): void {
  const [a, b, dx, c, d, dy] = Array.from(warp) as [number, number, number, number, number, number];
  const turn = (values: Float64Array, at: number, step: number): void => {
    const [x, y] = [values[at] as number, values[at + step] as number];
    values[at] = a * x + b * y;
    values[at + step] = c * x + d * y;
  };
  for (let pair = 0; pair < 8; pair += 2) {
    turn(mean, pair, 1);
    for (let column = 0; column < 8; column++) turn(covariance, 8 * pair + column, 8);
  }
  for (let row = 0; row < 64; row += 8) for (let pair = 0; pair < 8; pair += 2) turn(covariance, row + pair, 1);
  mean[0] = (mean[0] as number) + dx;
  mean[1] = (mean[1] as number) + dy;
}
