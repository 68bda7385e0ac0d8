/** Points of an ellipse's outline: its area is half a percent below the ellipse's. */
const count = 36;

/** The outline x, y, … of an ellipse by its center, its radii and the angle in radians by which it is turned clockwise. */
export function ellipseOutline(
  [cx, cy]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  angle = 0,
): number[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count).flatMap((turn) => {
    const [dx, dy] = [rx * Math.cos(turn), ry * Math.sin(turn)];
    return [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos];
  });
}
