import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";
import { cosine, power } from "./portable-math.ts";

/**
 * A seeded stream of random numbers (xoroshiro128+).
 *
 * `fork` derives an independent stream from the seed and the given labels alone, never from how many numbers were
 * drawn before, so that work split over threads or resumed in the middle draws what an undivided run would.
 */
export class Random {
  readonly #key: string;
  readonly #generator: JumpableRandomGenerator;

  /** @param seed any number or text; equal seeds draw equal streams. */
  constructor(seed: number | string) {
    this.#key = String(seed);
    this.#generator = xoroshiro128plusFromState(hash128(this.#key));
  }

  /** A seed for the start of this stream: `new Random(rng.key)` draws what `rng` has drawn, in another thread, say. */
  get key(): string {
    return this.#key;
  }

  /** An independent stream named by its purpose, e.g. `rng.fork("augment", epoch, index)`. */
  fork(...labels: readonly (string | number)[]): Random {
    return new Random(JSON.stringify([this.#key, ...labels]));
  }

  /** A number in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /** A whole number from `low` to `high - 1`. */
  integer(low: number, high: number): number {
    return low + Math.floor(uniformFloat64(this.#generator) * (high - low));
  }

  /** `true` with the given probability. */
  chance(probability: number): boolean {
    return uniformFloat64(this.#generator) < probability;
  }

  /** A normally distributed number (Box and Muller, 1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(this.#generator)));
    return mean + deviation * radius * cosine(2 * Math.PI * uniformFloat64(this.#generator));
  }

  /** A number from Gamma(shape, 1), shape > 0 (Marsaglia and Tsang, 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * power(1 - uniformFloat64(this.#generator), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      const v = root * root * root;
      if (v > 0 && Math.log(1 - uniformFloat64(this.#generator)) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }

  /** A number in [0, 1] from Beta(a, b). */
  beta(a: number, b: number): number {
    const x = this.gamma(a);
    return x / (x + this.gamma(b));
  }

  /** One of the items. */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("choice() needs at least one item");
    return items[this.integer(0, items.length)] as T;
  }

  /** The whole numbers 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      const swapped = order[i] as number;
      order[i] = order[j] as number;
      order[j] = swapped;
    }
    return order;
  }
}

/** Four 32-bit FNV-1a sums of a text from different offsets, each finished with MurmurHash3's mixer; never all zero. */
function hash128(text: string): [number, number, number, number] {
  const sums = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (let k = 0; k < 4; k++) {
      sums[k] = Math.imul((sums[k] as number) ^ (unit + k * 0x1f35), 0x01000193);
    }
  }
  return [mix(sums[0] as number) | 1, mix(sums[1] as number), mix(sums[2] as number), mix(sums[3] as number)];
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
