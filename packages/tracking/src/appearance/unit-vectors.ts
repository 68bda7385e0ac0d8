/** A vector of length 1 in the same direction; `undefined` of one that has none. */
export function unit(vector: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(cosine(vector, vector));
  return length > 0 && Number.isFinite(length) ? vector.map((value) => value / length) : undefined;
}

/** Half the cosine distance of two vectors of length 1, from 0 to 1; `undefined` where one is not known. */
export function unlikeness(a: Float32Array | undefined, b: Float32Array | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : (1 - cosine(a, b)) / 2;
}

/** The cosine of two vectors of length 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** How much of an appearance stays with each detection: α of BoT-SORT's section 3.4. */
const kept = 0.9;

/** The moving average of how an object looks. */
export function smoothed(known: Float32Array | undefined, seen: Float32Array | undefined): Float32Array | undefined {
  if (known === undefined || seen === undefined) return seen ?? known;
  return unit(known.map((value, i) => kept * value + (1 - kept) * (seen[i] as number)));
}
