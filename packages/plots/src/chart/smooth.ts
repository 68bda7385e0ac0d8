/**
 * A curve without its noise: each value becomes that of a straight line fitted to its neighbors with the weights of a
 * Gaussian whose standard deviation is `sigma` steps (local linear regression, Cleveland 1979). A mean of neighbors
 * would be pulled away from steep ends, where they lie on one side only. Values that are not finite have no weight, and
 * stay.
 */
export function smoothed(values: ArrayLike<number>, sigma: number): number[] {
  const reach = Math.ceil(4 * sigma);
  return Array.from(values, (value, i) => {
    if (!Number.isFinite(value)) return value;
    let [w, wd, wdd, wy, wdy] = [0, 0, 0, 0, 0];
    for (let j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j++) {
      const y = values[j] as number;
      if (!Number.isFinite(y)) continue;
      const d = j - i;
      const weight = Math.exp(-0.5 * (d / sigma) ** 2);
      w += weight;
      wd += weight * d;
      wdd += weight * d * d;
      wy += weight * y;
      wdy += weight * d * y;
    }
    const spread = w * wdd - wd * wd;
    // With one value alone, no line is fitted.
    return spread < 1e-9 ? wy / w : (wdd * wy - wd * wdy) / spread;
  });
}
