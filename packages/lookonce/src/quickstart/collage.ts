import { blankImage, type Image } from "@lookonce/image";

/** Options of {@link collage}. */
export interface CollageOptions {
  columns: number;
  /** Pixels between images and around them. */
  gap: number;
}

/** Images in rows from left to right, on white; a smaller image sits at its place's top left. */
export function collage(images: readonly Image[], { columns, gap }: CollageOptions): Image {
  const cell = {
    width: Math.max(...images.map(({ width }) => width)),
    height: Math.max(...images.map(({ height }) => height)),
  };
  const rows = Math.ceil(images.length / columns);
  const canvas = blankImage(
    { width: columns * (cell.width + gap) + gap, height: rows * (cell.height + gap) + gap },
    [255, 255, 255],
  );
  images.forEach((image, i) => {
    const left = gap + (i % columns) * (cell.width + gap);
    const top = gap + Math.floor(i / columns) * (cell.height + gap);
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      canvas.data.set(row, ((top + y) * canvas.width + left) * 3);
    }
  });
  return canvas;
}
