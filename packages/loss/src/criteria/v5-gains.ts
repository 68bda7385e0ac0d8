/** How much each part of the loss counts. */
export interface V5Gains {
  box: number;
  cls: number;
  obj: number;
}

/** What {@link scaleV5Gains} depends on. */
export interface V5Scale {
  /** Number of levels. */
  nl: number;
  /** Number of classes. */
  nc: number;
  /** Side of the images in pixels. */
  imgsz: number;
}

/**
 * Gains as YOLOv5 (6.1 and 7.0) fits them to a model: its hyper-parameters are meant for 3 levels, 80 classes and 640
 * pixels. box · 3/nl, cls · nc/80 · 3/nl, obj · (imgsz/640)² · 3/nl.
 *
 * Parts are summed over levels but averaged within them, class losses are averaged over classes, and the number of
 * objects an area holds grows slower than the number of cells.
 */
export function scaleV5Gains({ box, cls, obj }: V5Gains, { nl, nc, imgsz }: V5Scale): V5Gains {
  const perLevel = 3 / nl;
  return { box: box * perLevel, cls: ((cls * nc) / 80) * perLevel, obj: obj * (imgsz / 640) ** 2 * perLevel };
}
