/**
 * Leaves out pieces of an input, from halves to single bytes, as long as it still fails in the same way.
 *
 * @param fails whether a shorter input still does
 */
export async function minimize(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
  { seconds }: { seconds: number },
): Promise<Uint8Array> {
  const end = Date.now() + 1000 * seconds;
  let best = input;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.length; ) {
      if (Date.now() > end) return best;
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if (await fails(shorter)) best = shorter;
      else at += size;
    }
  }
  return best;
}
