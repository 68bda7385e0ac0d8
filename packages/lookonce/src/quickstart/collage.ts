import { blankPicture, type Picture } from "@lookonce/augment";

/** Options of {@link collage}. */
export interface CollageOptions {
  columns: number;
  /** Pixels between pictures and around them. */
  gap: number;
}

/** Pictures in rows from left to right, on white; a smaller picture sits at its place's top left. */
export function collage(pictures: readonly Picture[], { columns, gap }: CollageOptions): Picture {
  const cell = {
    width: Math.max(...pictures.map(({ width }) => width)),
    height: Math.max(...pictures.map(({ height }) => height)),
  };
  const rows = Math.ceil(pictures.length / columns);
  const canvas = blankPicture(
    { width: columns * (cell.width + gap) + gap, height: rows * (cell.height + gap) + gap },
    [255, 255, 255],
  );
  pictures.forEach((picture, i) => {
    const left = gap + (i % columns) * (cell.width + gap);
    const top = gap + Math.floor(i / columns) * (cell.height + gap);
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      canvas.data.set(row, ((top + y) * canvas.width + left) * 3);
    }
  });
  return canvas;
}
