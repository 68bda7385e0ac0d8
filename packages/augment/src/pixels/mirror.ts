/** The place within a row of `length` that a place outside of it mirrors; the edge itself is not repeated. */
export function mirror(place: number, length: number): number {
  if (place >= 0 && place < length) return place;
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((place % period) + period) % period;
  return within < length ? within : period - within;
}
