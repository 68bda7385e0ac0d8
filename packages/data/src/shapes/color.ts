/** Red, green, blue, each 0 to 1. */
export type Color = readonly [number, number, number];

/** A color from hue, saturation and value, each 0 to 1 (A. R. Smith, 1978). */
export function hsv(hue: number, saturation: number, value: number): Color {
  const channel = (offset: number): number => {
    const k = (offset + hue * 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

/** The color a fraction `t` of the way from `a` to `b`. */
export function mix(a: Color, b: Color, t: number): Color {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** Euclidean distance of two colors, 0 to √3. */
export function colorDistance(a: Color, b: Color): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
