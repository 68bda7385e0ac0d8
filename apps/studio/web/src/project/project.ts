/** A box of an image, by its corners, as fractions of the image's sides. */
export interface Box {
  readonly id: number;
  readonly classId: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A box that a model proposes. It is no label until a person accepts it. */
export interface Proposal extends Box {
  readonly confidence: number;
}

/** A class of objects. Its class number in files is its place in the list; its `id` stays what it is. */
export interface ClassEntry {
  readonly id: number;
  readonly name: string;
  /** Number of its color, see `classColor`. */
  readonly color: number;
}

/** An image with its labels. */
export interface ImageEntry {
  /** Name of its file in the folder `images`; each comes once. */
  readonly name: string;
  /** Pixels, EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly proposals: readonly Proposal[];
  /** Whether a person has said that it shows nothing to be found. */
  readonly isBackground: boolean;
}

/** How images are dealt out to training and validation. */
export interface SplitChoice {
  readonly seed: number;
  /** Share of the images to validate on, 0 to 1. */
  readonly valShare: number;
}

/** A data set that is being labeled. Values are never changed: every edit makes a new project that shares what stayed. */
export interface Project {
  readonly classes: readonly ClassEntry[];
  readonly images: readonly ImageEntry[];
  readonly split: SplitChoice;
  /** The next free id of a box or class. */
  readonly nextId: number;
}

export const emptyProject: Project = { classes: [], images: [], split: { seed: 0, valShare: 0.2 }, nextId: 1 };

/** What a new image is: nothing is known of it. */
export function newImage({ name, width, height }: Pick<ImageEntry, "name" | "width" | "height">): ImageEntry {
  return { name, width, height, boxes: [], proposals: [], isBackground: false };
}

/** Whether training can learn from an image: it has boxes, or is known to show nothing. */
export function isLabeled({ boxes, isBackground }: ImageEntry): boolean {
  return boxes.length > 0 || isBackground;
}

/** The image of that name. */
export function imageNamed({ images }: Project, name: string | undefined): ImageEntry | undefined {
  return images.find((image) => image.name === name);
}

/** How many boxes each class has, by class id. */
export function classCounts({ images }: Project): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { boxes } of images) for (const { classId } of boxes) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  return counts;
}
