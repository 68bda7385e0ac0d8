import { distance } from "fastest-levenshtein";

/**
 * The candidate that a misspelled word most likely meant, or `undefined` when none is close.
 *
 * Close means a Levenshtein distance of at most 40 % of the longer word, so that two swapped letters of five are forgiven,
 * and at least one letter in common.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.round(Math.max(word.length, candidate.length) * 0.4));
    if (d <= limit && d < Math.max(word.length, candidate.length) && d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** The words ` Did you mean "…"?`, or an empty string when no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const match = nearest(word, candidates);
  return match === undefined ? "" : ` Did you mean "${match}"?`;
}
