import type { DatasetEntry, LabelKind } from "@lookonce/data";
import { basename } from "@lookonce/files";
import { cornersToRotated, normalizedXywhToXyxy } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import type { GridImage } from "@lookonce/plots";

type Points = Pick<DatasetEntry, "polygons" | "keypoints">;

/** What the labels of each kind have besides upright boxes, in pixels. */
const pointsOf: Record<LabelKind, (entry: Points, image: Image) => Points & { rotated?: Float32Array }> = {
  boxes: () => ({}),
  folders: () => ({}),
  polygons: ({ polygons = [] }, image) => ({ polygons: polygons.map((one) => inPixels(one, 2, image)) }),
  keypoints: ({ keypoints }, image) => (keypoints === undefined ? {} : { keypoints: inPixels(keypoints, 3, image) }),
  rotated({ polygons = [] }, image) {
    const boxes = polygons.map((one) => cornersToRotated(inPixels(one, 2, image), one.length / 2));
    return { rotated: Float32Array.from(boxes.flatMap((box) => [...box])) };
  },
};

/** Reads an image of a data set, for a grid that shows it as it is, with its labels. */
export async function labeledImage(entry: DatasetEntry, kind: LabelKind): Promise<GridImage> {
  const [{ readImage }, { labelShapes }] = await Promise.all([import("@lookonce/image"), import("@lookonce/families")]);
  const { path, boxes, classes } = entry;
  const image = await readImage(path);
  const shapes = labelShapes({ classes, ...pointsOf[kind](entry, image) });
  return { image, boxes: normalizedXywhToXyxy(boxes, image), classes, ...shapes, caption: basename(path) };
}

/** Rows that begin with x, y as shares of the image's sides, in pixels. */
function inPixels(values: Float32Array, columns: 2 | 3, { width, height }: Image): Float32Array {
  const sides = [width, height, 1];
  return values.map((value, i) => value * (sides[i % columns] as number));
}
