/**
 * One outline for an object of several parts (an animal behind a post): each further part is entered and left again where
 * it comes nearest to what is joined so far.
 *
 * @param parts at least one polygon, each a list of x, y, …
 */
export function joinPolygons(parts: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = parts;
  return others.reduce<number[]>(
    (joined, part) => {
      const [from, to] = nearestPoints(joined, part);
      const around = [...part.slice(to), ...part.slice(0, to), ...part.slice(to, to + 2)];
      return [...joined.slice(0, from + 2), ...around, ...joined.slice(from)];
    },
    [...first],
  );
}

/** Where in each list the two points begin that are nearest to each other. */
function nearestPoints(a: readonly number[], b: readonly number[]): [number, number] {
  let best: [number, number] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const [dx, dy] = [(a[i] as number) - (b[j] as number), (a[i + 1] as number) - (b[j + 1] as number)];
      const distance = dx * dx + dy * dy;
      if (distance >= least) continue;
      least = distance;
      best = [i, j];
    }
  }
  return best;
}
