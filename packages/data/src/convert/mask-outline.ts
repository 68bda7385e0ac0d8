/**
 * The outline x, y, … of a contour of pixels: through the middles of the outermost pixels, so that filling the outline marks them again. A part that is a line of pixels
 * gets a width, without which it would be no object.
 */
export function outlineOf(contour: Float32Array): number[] {
  const points = Array.from(contour, (value) => value + 0.5);
  if (points.length >= 6) return points;
  const [x1 = 0, y1 = 0, x2 = x1, y2 = y1] = points;
  const length = Math.hypot(x2 - x1, y2 - y1);
  const half = 0.4;
  const [a, b] = length === 0 ? [half, 0] : [(half * (x2 - x1)) / length, (half * (y2 - y1)) / length];
  return [x1 - a - b, y1 - b + a, x2 + a - b, y2 + b + a, x2 + a + b, y2 + b - a, x1 - a + b, y1 - b - a];
}
