/** A piecewise linear curve through points whose x ascend. */
export interface Curve {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/**
 * The curve's value at each of the ascending `positions`: `left` before the first point, the last y after the last.
 * Where several points share an x, the curve has the last one's y there.
 */
export function interpolate(positions: ArrayLike<number>, curve: Curve, left: number): Float64Array {
  const { x, y } = curve;
  const last = x.length - 1;
  const out = new Float64Array(positions.length);
  let segment = -1;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    while (segment < last && x[segment + 1]! <= position) segment++;
    if (segment < 0) out[i] = left;
    else if (segment === last) out[i] = y[last]!;
    else {
      const slope = (y[segment + 1]! - y[segment]!) / (x[segment + 1]! - x[segment]!);
      out[i] = y[segment]! + slope * (position - x[segment]!);
    }
  }
  return out;
}

/** `count` numbers from 0 to 1 at equal distances. */
export function unitSteps(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => i / (count - 1));
}
