/** Turns fractions of an image's sides into pixels: `pixel = fraction · scale + shift`. */
export interface Placement {
  /** Width and height of the image, in pixels. */
  scale: readonly [number, number];
  /** Its left and top edge, in pixels. */
  shift: readonly [number, number];
}

/** Corners x1, y1, x2, y2 in pixels from rows of center and size in fractions. */
export function placeBoxes(
  rows: Float32Array,
  { scale: [width, height], shift: [left, top] }: Placement,
): Float32Array {
  const corners = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i += 4) {
    const [cx, cy] = [rows[i] as number, rows[i + 1] as number];
    const [w, h] = [rows[i + 2] as number, rows[i + 3] as number];
    corners[i] = (cx - w / 2) * width + left;
    corners[i + 1] = (cy - h / 2) * height + top;
    corners[i + 2] = (cx + w / 2) * width + left;
    corners[i + 3] = (cy + h / 2) * height + top;
  }
  return corners;
}

/** Rows of x, y in pixels from fractions. */
export function placePoints(points: Float32Array, { scale, shift }: Placement): Float32Array {
  return points.map((value, i) => value * (scale[i % 2] as number) + (shift[i % 2] as number));
}
