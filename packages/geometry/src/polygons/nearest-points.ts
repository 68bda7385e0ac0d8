/** Which points of two lists x, y, … are nearest to each other, by number; the first pair of those as near. */
export function nearestPoints(a: ArrayLike<number>, b: ArrayLike<number>): [number, number] {
  let best: [number, number] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const [dx, dy] = [(a[i] as number) - (b[j] as number), (a[i + 1] as number) - (b[j + 1] as number)];
      const distance = dx * dx + dy * dy;
      if (distance >= least) continue;
      least = distance;
      best = [i / 2, j / 2];
    }
  }
  return best;
}
