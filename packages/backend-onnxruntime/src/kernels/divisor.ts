/** The largest divisor of a number that is at most this large. */
export function largestDivisor(value: number, limit: number): number {
  let divisor = Math.max(1, Math.min(value, limit));
  while (value % divisor !== 0) divisor--;
  return divisor;
}
