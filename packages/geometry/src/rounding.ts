/** Rounds to the nearest whole number, halves to the even one, as Python 3 and the default IEEE 754 mode do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const part = value - floor;
  if (part < 0.5) return floor;
  if (part > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
