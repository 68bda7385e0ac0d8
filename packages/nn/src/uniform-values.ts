import type { Random } from "@lookonce/random";

/** `size` numbers drawn uniformly from [−bound, bound), in order. */
export function uniformValues(size: number, bound: number, rng: Random): Float32Array {
  // A plain loop: Float32Array.from with a function is three times as slow, which is seconds for a large model.
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = rng.uniform(-bound, bound);
  return values;
}
