const BITS = 11;
const BUCKETS = 1 << BITS;

/**
 * Indices of the scores from highest to lowest; equal scores keep their order. Scores must not be NaN.
 *
 * A radix sort over the scores' bits: linear in their number and stable, as PyTorch's sort is on a CPU.
 */
export function sortByScore(scores: Float32Array): Int32Array {
  const keys = descendingKeys(scores);
  let order = Int32Array.from(scores, (_, i) => i);
  let next = new Int32Array(scores.length);
  const counts = new Int32Array(BUCKETS);
  for (let shift = 0; shift < 32; shift += BITS) {
    counts.fill(0);
    for (const key of keys) counts[(key >>> shift) & (BUCKETS - 1)]!++;
    for (let bucket = 0, position = 0; bucket < BUCKETS; bucket++) {
      const size = counts[bucket]!;
      counts[bucket] = position;
      position += size;
    }
    for (const index of order) {
      const bucket = (keys[index]! >>> shift) & (BUCKETS - 1);
      next[counts[bucket]!++] = index;
    }
    [order, next] = [next, order];
  }
  return order;
}

/** Unsigned integers that ascend as the scores descend. */
function descendingKeys(scores: Float32Array): Uint32Array {
  // Adding 0 turns -0 into 0, which sorts like it.
  const bits = new Uint32Array(scores.map((score) => score + 0).buffer);
  // The bits of a positive number grow with it, those of a negative number shrink.
  return bits.map((value) => (value >>> 31 === 0 ? ~value & 0x7fffffff : value));
}
