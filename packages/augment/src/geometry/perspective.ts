import { pointBounds, polygonBox, resamplePolygon, sampleOutline } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import { cosine, type Random, sine } from "@lookonce/random";
import type { Transform } from "../compose.ts";
import type { Objects, Sample } from "../sample.ts";
import { boxCandidates } from "./box-candidates.ts";
import { type Matrix, movePoints, multiply } from "./matrix.ts";
import { boxAt, clipKeypoints, clipPoints, filterObjects, mirrorObjects } from "./objects.ts";
import { type Scene, sceneOf } from "./scene.ts";
import { type WarpOptions, warpScene } from "./warp.ts";

/** How far {@link drawPerspective} may go. All default to 0, that is nothing. */
export interface PerspectiveRange {
  /** Turn by up to ± this many degrees. */
  degrees?: number;
  /** Move by up to ± this share of the output's width and height. */
  translate?: number;
  /** Scale between 1 − this and 1 + this. */
  scale?: number;
  /** Shear along each axis by up to ± this many degrees. */
  shear?: number;
  /** Both perspective terms up to ± this; useful up to 0.001. */
  perspective?: number;
}

/** What {@link drawPerspective} drew. */
export interface PerspectiveDraw {
  perspectiveX: number;
  perspectiveY: number;
  /** Degrees, counter-clockwise. */
  angle: number;
  scale: number;
  /** Degrees. */
  shearX: number;
  shearY: number;
  /** Where the canvas's center comes to lie, as share of the output's width and height: 0.5 is its middle. */
  translateX: number;
  translateY: number;
}

/** What {@link applyPerspective} needs besides the scene. */
export interface PerspectiveOptions {
  draw: PerspectiveDraw;
  /** The output. */
  size: Size;
  outlines?: OutlineRules;
  /** For each keypoint, which one of the original it shows where `look` mirrors. Default: itself. */
  flip?: readonly number[] | undefined;
  /** Colors and a flip from left to right, applied to the result with less copying than by transforms of their own. */
  look?: Omit<WarpOptions, keyof Size>;
}

/** How the box of an outline is found, and what becomes of outlines that the image's edge cuts. */
export interface OutlineRules {
  /** Points along an outline. Default 1000; YOLOv8 has 100 where objects are oriented boxes. */
  points?: number | undefined;
  /**
   * Outlines keep all corners, are clipped to their box, and are kept where they lie around the image (YOLOv8 8.3, the
   * default). YOLOv5 uses points at equal distances, loses such objects, and leaves outlines as they are.
   */
  clip?: boolean;
  /** Whether the edge from an outline's last corner to its first counts: the default; not in YOLOv5 6.1. */
  closed?: boolean;
}

/** The share of a box's area that must be left of an object with an outline. */
const POLYGON_AREA_LEFT = 0.01;

/** Draws a random perspective: eight numbers, always in the order in which {@link PerspectiveDraw} lists them. */
export function drawPerspective(range: PerspectiveRange, rng: Random): PerspectiveDraw {
  const { degrees = 0, translate = 0, scale = 0, shear = 0, perspective = 0 } = range;
  return {
    perspectiveX: rng.uniform(-perspective, perspective),
    perspectiveY: rng.uniform(-perspective, perspective),
    angle: rng.uniform(-degrees, degrees),
    scale: rng.uniform(1 - scale, 1 + scale),
    shearX: rng.uniform(-shear, shear),
    shearY: rng.uniform(-shear, shear),
    translateX: rng.uniform(0.5 - translate, 0.5 + translate),
    translateY: rng.uniform(0.5 - translate, 0.5 + translate),
  };
}

/**
 * The matrix from canvas to output pixels: the canvas's center to the origin, perspective, rotation with scale, shear,
 * then the origin to its place in the output (YOLOv5 6.1, YOLOv8 8.3).
 */
export function perspectiveMatrix(draw: PerspectiveDraw, canvas: Size, output: Size): Matrix {
  const radians = Math.PI / 180;
  const cos = draw.scale * cosine(draw.angle * radians);
  const sin = draw.scale * sine(draw.angle * radians);
  return multiply(
    [1, 0, draw.translateX * output.width, 0, 1, draw.translateY * output.height, 0, 0, 1],
    [1, Math.tan(draw.shearX * radians), 0, Math.tan(draw.shearY * radians), 1, 0, 0, 0, 1],
    [cos, sin, 0, -sin, cos, 0, 0, 0, 1],
    [1, 0, 0, 0, 1, 0, draw.perspectiveX, draw.perspectiveY, 1],
    [1, 0, -canvas.width / 2, 0, 1, -canvas.height / 2, 0, 0, 1],
  );
}

/**
 * Warps a scene. A box becomes the box around its four moved corners, or, where its polygon is known, around the moved
 * polygon's points inside the output; both are clipped to the output, and so are keypoints: those outside are no longer
 * visible. Objects whose boxes {@link boxCandidates} does not find worth keeping are dropped: 10 % of the area must be
 * left, or 1 % with a polygon.
 */
export function applyPerspective(scene: Scene, options: PerspectiveOptions): Sample {
  const { draw, size, outlines = {}, flip, look = {} } = options;
  const matrix = perspectiveMatrix(draw, scene, size);
  const { candidates, kept } = movedObjects(scene, { matrix, scale: draw.scale, size, outlines });
  const objects = filterObjects(candidates, (row) => kept[row] as boolean);
  const image = warpScene(scene, matrix, { ...look, width: size.width, height: size.height });
  return { ...(look.mirrored ? mirrorObjects(objects, { axis: 0, side: size.width, flip }) : objects), image };
}

/** {@link applyPerspective} with fresh random numbers, for an image that keeps its size, or is cut to `size`. */
export function randomPerspective(range: PerspectiveRange, { size }: { size?: Size } = {}): Transform {
  return (sample, rng) =>
    applyPerspective(sceneOf(sample), { draw: drawPerspective(range, rng), size: size ?? sample.image });
}

/** How objects are moved: by the matrix, whose scale is given apart. */
export interface ObjectMove {
  matrix: Matrix;
  scale: number;
  size: Size;
  outlines: OutlineRules;
}

/** All objects after a warp, clipped to the output, and which of them are worth keeping. */
export function movedObjects(objects: Objects, move: ObjectMove): { candidates: Objects; kept: boolean[] } {
  const { size, scale, matrix } = move;
  const moved = Array.from(objects.classes, (_, row): MovedObject => {
    const polygon = objects.polygons?.[row];
    if (polygon !== undefined && polygon.length > 0) return movePolygon(polygon, move);
    const [x1, y1, x2, y2] = boxAt(objects.boxes, row);
    return { box: pointBounds(movePoints([x1, y1, x2, y2, x1, y2, x2, y1], matrix)), polygon: new Float32Array(0) };
  });
  const whole = [0, 0, size.width, size.height] as const;
  const boxes = clipPoints(Float32Array.from(moved.flatMap(({ box }) => box)), whole);
  const candidates: Objects = { boxes, classes: objects.classes };
  if (objects.polygons !== undefined) candidates.polygons = moved.map(({ polygon }) => polygon);
  if (objects.keypoints !== undefined) {
    candidates.keypoints = clipKeypoints(moveKeypoints(objects.keypoints, matrix), whole);
  }
  const before = objects.boxes.map((value) => value * scale);
  const byBox = boxCandidates(before, candidates.boxes);
  const byPolygon = boxCandidates(before, candidates.boxes, { area: POLYGON_AREA_LEFT });
  const kept = moved.map(({ polygon }, row) => (polygon.length > 0 ? byPolygon : byBox)[row] as boolean);
  return { candidates, kept };
}

interface MovedObject {
  box: readonly [number, number, number, number];
  polygon: Float32Array;
}

/** The box is that of many points along the outline, which matter only where the image's edge cuts it. */
function movePolygon(polygon: Float32Array, { matrix, size, outlines }: ObjectMove): MovedObject {
  const { points: count = 1000, clip = true, closed = true } = outlines;
  const corners = movePoints(polygon, matrix);
  if (!clip) {
    const box = polygonBox(movePoints(sampleOutline(polygon, count, closed), matrix), size, clip);
    return { box, polygon: Float32Array.from(corners) };
  }
  const [left, top, right, bottom] = pointBounds(corners);
  const isCut = left < 0 || top < 0 || right > size.width || bottom > size.height;
  const isOutside = right < 0 || bottom < 0 || left > size.width || top > size.height;
  const points = isCut && !isOutside ? movePoints(resamplePolygon(polygon, count), matrix) : corners;
  const box = polygonBox(points, size);
  return { box, polygon: clipPoints(Float32Array.from(points), box) };
}

function moveKeypoints(keypoints: Float32Array, matrix: Matrix): Float32Array {
  const points = movePoints(
    keypoints.filter((_, i) => i % 3 < 2),
    matrix,
  );
  return keypoints.map((value, i) => (i % 3 < 2 ? (points[Math.floor(i / 3) * 2 + (i % 3)] as number) : value));
}
