/** What part of an image a stage shows: pixels of the screen by pixels of the image, and where its corner lies. */
export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Most that an image is enlarged to: each of its pixels can be seen then. */
const maxScale = 40;

/** The whole image, in the middle, with a margin; small images are enlarged. */
export function fit(image: Size, stage: Size, margin = 16): Viewport {
  const scale = Math.min(
    (stage.width - 2 * margin) / image.width,
    (stage.height - 2 * margin) / image.height,
    maxScale,
  );
  const safe = Math.max(scale, 0.01);
  return { scale: safe, x: (stage.width - image.width * safe) / 2, y: (stage.height - image.height * safe) / 2 };
}

/** Enlarges by a factor around a point of the stage, which keeps showing the same point of the image. */
export function zoomAt(
  viewport: Viewport,
  factor: number,
  [px, py]: readonly [number, number],
  least: number,
): Viewport {
  const scale = Math.min(maxScale, Math.max(least, viewport.scale * factor));
  const ratio = scale / viewport.scale;
  return { scale, x: px - (px - viewport.x) * ratio, y: py - (py - viewport.y) * ratio };
}

/** Moves the image, of which a part stays on the stage. */
export function pan(
  { scale, x, y }: Viewport,
  [dx, dy]: readonly [number, number],
  image: Size,
  stage: Size,
): Viewport {
  const bounded = (to: number, size: number, room: number): number =>
    Math.min(room - 40, Math.max(40 - size * scale, to));
  return { scale, x: bounded(x + dx, image.width, stage.width), y: bounded(y + dy, image.height, stage.height) };
}

/** A point of the stage as fractions of the image's sides. */
export function toFractions(
  { scale, x, y }: Viewport,
  [px, py]: readonly [number, number],
  image: Size,
): [number, number] {
  return [(px - x) / scale / image.width, (py - y) / scale / image.height];
}
