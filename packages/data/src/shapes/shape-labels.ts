import type { LabelKind } from "../labels.ts";
import {
  largestTurn,
  outlineBox,
  outlineOf,
  outlinePolygon,
  type ShapeName,
  shapeNames,
  signedDistance,
  tipsOf,
} from "./outline.ts";
import { type Scene, type SceneObject, type SceneRules, usualRules } from "./scene.ts";

/** How a data set of shapes is drawn for a kind of labels. */
export interface ShapeLabels {
  /** The shapes that it shows where nobody says. */
  classes: readonly ShapeName[];
  rules: SceneRules;
  /** The numbers of an object's row after its class: coordinates as fractions, then, and in their places, visibilities. */
  row?(object: SceneObject, scene: Scene): readonly number[];
  /** Further lines of the data set file. */
  keys?: string;
}

/** Tips of the shape that has the most of those with keypoints. */
const keypointCount = 5;

export const shapeLabels: Record<LabelKind, ShapeLabels> = {
  boxes: { classes: shapeNames, rules: usualRules, row: boxOf },
  polygons: {
    classes: shapeNames,
    rules: { ...usualRules, radius: [0.09, 3], smallOnTop: true },
    row: (object, { size }) => Array.from(outlinePolygon(object), (value) => value / size),
  },
  keypoints: {
    classes: ["triangle", "square", "star"],
    // Turned less far than that another tip could be taken for the first
    rules: { ...usualRules, radius: [0.09, 3], turn: (shape) => 0.6 * largestTurn(shape) },
    row: (object, scene) => [...boxOf(object, scene), ...keypointsOf(object, scene)],
    keys: `kpt_shape: [${keypointCount}, 3]\n`,
  },
  rotated: {
    classes: ["rectangle", "pill", "arrow"],
    rules: { ...usualRules, radius: [0.1, 2.6] },
    // Along the shape's own axis: the smallest rectangle around an arrow may lie along its head
    row(object, { size }) {
      const { x, y, angle } = object;
      const [left, top, right, bottom] = outlineBox(outlineOf({ ...object, x: 0, y: 0, angle: 0 }));
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const corners = [left, top, right, top, right, bottom, left, bottom];
      return corners.map((_, i) => {
        const [u = 0, v = 0] = corners.slice(i - (i % 2), i - (i % 2) + 2);
        return (i % 2 === 0 ? x + u * cos - v * sin : y + u * sin + v * cos) / size;
      });
    },
  },
  folders: { classes: shapeNames, rules: { count: [1, 2], radius: [0.2, 2] } },
};

function boxOf(object: SceneObject, { size }: Scene): number[] {
  const [x1, y1, x2, y2] = outlineBox(outlineOf(object));
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((value) => value / size);
}

/** x, y and visibility of each tip: 2 in sight, 1 covered by a later shape; those that the shape lacks have no label (0). */
function keypointsOf(object: SceneObject, { size, objects }: Scene): number[] {
  const tips = tipsOf(object);
  const later = objects.slice(objects.indexOf(object) + 1).map(outlineOf);
  return Array.from({ length: keypointCount }, (_, i) => {
    const [x, y] = tips[i] ?? [];
    if (x === undefined || y === undefined) return [0, 0, 0];
    return [x / size, y / size, later.some((outline) => signedDistance(outline, x, y) < 0) ? 1 : 2];
  }).flat();
}
