import type { Image } from "./image.ts";

/**
 * Turns an image as its EXIF orientation asks: 2 mirrored, 3 upside down, 4 both, 5 to 8 the same with rows as columns.
 *
 * @param orientation 1 (already upright) to 8
 */
export function turnUpright(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width, height, data } = image;
  const isTransposed = orientation >= 5;
  const size = isTransposed ? { width: height, height: width } : { width, height };
  const turned = new Uint8Array(data.length);
  // In the stored image: which side is on the left, and which on top
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  for (let y = 0, to = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, to += 3) {
      const [column, row] = isTransposed ? [y, x] : [x, y];
      const from = ((fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)) * 3;
      turned[to] = data[from] as number;
      turned[to + 1] = data[from + 1] as number;
      turned[to + 2] = data[from + 2] as number;
    }
  }
  return { data: turned, ...size };
}
