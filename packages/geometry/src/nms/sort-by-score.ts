const BITS = 11;
const BUCKETS = 1 << BITS;

/**
 * Indices of the scores from highest to lowest, of the `limit` highest only; equal scores keep their order. Scores must not
 * be NaN.
 *
 * A radix sort over the scores' bits: linear in their number and stable, as PyTorch's sort is on a CPU.
 */
export function sortByScore(scores: Float32Array, limit: number = scores.length): Int32Array {
  const keys = descendingKeys(scores);
  let order: Int32Array = limit < scores.length ? firstIndices(keys, limit) : Int32Array.from(scores, (_, i) => i);
  let next: Int32Array = new Int32Array(order.length);
  const counts = new Int32Array(BUCKETS);
  for (let shift = 0; shift < 32; shift += BITS) {
    counts.fill(0);
    for (const index of order) counts[(keys[index]! >>> shift) & (BUCKETS - 1)]!++;
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
  return order.subarray(0, limit);
}

/** Indices of at least the `limit` lowest keys, in order: all whose highest bits do not exceed those of the last of them. */
function firstIndices(keys: Uint32Array, limit: number): Int32Array {
  const shift = 32 - BITS;
  const counts = new Int32Array(BUCKETS);
  for (const key of keys) counts[key >>> shift]!++;
  let [last, count] = [0, counts[0]!];
  while (count < limit) count += counts[++last]!;
  const indices = new Int32Array(count);
  for (let i = 0, at = 0; i < keys.length; i++) {
    if (keys[i]! >>> shift <= last) indices[at++] = i;
  }
  return indices;
}

/** Unsigned integers that ascend as the scores descend. */
function descendingKeys(scores: Float32Array): Uint32Array {
  // Adding 0 turns -0 into 0, which sorts like it.
  const bits = new Uint32Array(scores.map((score) => score + 0).buffer);
  // The bits of a positive number grow with it, those of a negative number shrink.
  return bits.map((value) => (value >>> 31 === 0 ? ~value & 0x7fffffff : value));
}
