import { pointBounds } from "@lookonce/geometry";

/** A polygon grown by a radius, so that its corners are round; a circle is a point grown by its radius. */
export interface Outline {
  /** x, y of each corner, in pixels, in order around the shape. */
  corners: Float64Array;
  /** Growth in pixels. */
  radius: number;
}

/** The name of a shape. */
export type ShapeName = "circle" | "square" | "triangle" | "star" | "cross" | "rectangle" | "pill" | "arrow";

/** A shape of size 1 around the origin. */
interface Form {
  /** Within a circle of radius 1. */
  corners: [number, number][];
  /** How far it is grown, as a share of its size. */
  rounding: number;
  /** How many corners, or corners and hollows in turn, it has around it: turned by a full turn over this it looks the same. */
  symmetry: number;
}

const forms: Record<ShapeName, Form> = {
  circle: { corners: [[0, 0]], rounding: 1, symmetry: 1 },
  square: { corners: polar([1, 1, 1, 1]), rounding: 0.08, symmetry: 4 },
  triangle: { corners: polar([1, 1, 1]), rounding: 0.08, symmetry: 3 },
  star: { corners: polar([1, 0.42, 1, 0.42, 1, 0.42, 1, 0.42, 1, 0.42]), rounding: 0.08, symmetry: 5 },
  cross: { corners: crossCorners(0.3), rounding: 0.08, symmetry: 4 },
  rectangle: {
    corners: [
      [0.92, 0.39],
      [-0.92, 0.39],
      [-0.92, -0.39],
      [0.92, -0.39],
    ],
    rounding: 0.08,
    symmetry: 2,
  },
  pill: {
    corners: [
      [1, 0],
      [-1, 0],
    ],
    rounding: 0.32,
    symmetry: 2,
  },
  arrow: {
    corners: [
      [1, 0],
      [-0.1, 0.45],
      [-0.1, 0.17],
      [-1, 0.17],
      [-1, -0.17],
      [-0.1, -0.17],
      [-0.1, -0.45],
    ],
    rounding: 0.08,
    symmetry: 1,
  },
};

/** Shapes that detectors learn, in the order of their class numbers. */
export const shapeNames: readonly ShapeName[] = ["circle", "square", "triangle", "star", "cross"];

/** All shapes there are. */
export const allShapeNames: readonly ShapeName[] = Object.keys(forms) as ShapeName[];

/** Where and how large a shape lies. */
export interface Placement {
  shape: ShapeName;
  /** Center, in pixels. */
  x: number;
  y: number;
  /** Radius of the circle around the shape, in pixels. */
  radius: number;
  /** Turn in radians. */
  angle: number;
}

/** The outline of a placed shape. */
export function outlineOf({ shape, x, y, radius, angle }: Placement): Outline {
  const { corners, rounding: share } = forms[shape];
  const rounding = radius * share;
  const reach = radius - rounding;
  const [cos, sin] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
  return {
    corners: Float64Array.from(corners.flatMap(([u, v]) => [x + u * cos - v * sin, y + u * sin + v * cos])),
    radius: rounding,
  };
}

/**
 * The points of a shape that stand out furthest, clockwise from the one that points up where it is not turned: those of a
 * star, a square or a triangle; x, y of each in pixels.
 */
export function tipsOf({ shape, x, y, radius, angle }: Placement): [x: number, y: number][] {
  const { symmetry } = forms[shape];
  return Array.from({ length: symmetry }, (_, i) => {
    const direction = angle + (2 * Math.PI * i) / symmetry - Math.PI / 2;
    return [x + radius * Math.cos(direction), y + radius * Math.sin(direction)];
  });
}

/** The largest turn to either side at which every tip is still the nearest to where it is without a turn, in radians. */
export function largestTurn(shape: ShapeName): number {
  return Math.PI / forms[shape].symmetry;
}

/** Rays that an outline is followed along, besides those to its corners. */
const rays = 60;

/** An outline as a polygon x, y, … in pixels, clockwise from the right. Its middle must see all of it. */
export function outlinePolygon(placement: Placement): Float64Array {
  const outline = outlineOf(placement);
  const { x, y, radius } = placement;
  const even = Array.from({ length: rays }, (_, i) => (2 * Math.PI * i) / rays);
  const { corners } = outline;
  const own = Array.from({ length: corners.length / 2 }, (_, i) => {
    return Math.atan2((corners[2 * i + 1] ?? 0) - y, (corners[2 * i] ?? 0) - x);
  });
  const directions = [...even, ...own.map((angle) => (angle + 2 * Math.PI) % (2 * Math.PI))].sort((a, b) => a - b);
  return Float64Array.from(
    directions.flatMap((direction) => {
      const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
      let [inside, outside] = [0, 1.5 * radius];
      for (let step = 0; step < 24; step++) {
        const middle = (inside + outside) / 2;
        if (signedDistance(outline, x + cos * middle, y + sin * middle) < 0) inside = middle;
        else outside = middle;
      }
      return [x + cos * inside, y + sin * inside];
    }),
  );
}

/** The smallest box x1, y1, x2, y2 around an outline, in pixels. */
export function outlineBox({ corners, radius }: Outline): [number, number, number, number] {
  const [left, top, right, bottom] = pointBounds(corners);
  return [left - radius, top - radius, right + radius, bottom + radius];
}

/** Distance of a point from the outline in pixels, negative inside. */
export function signedDistance({ corners, radius }: Outline, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  let inside = false;
  for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
    const ax = corners[i] as number;
    const ay = corners[i + 1] as number;
    const ex = (corners[j] as number) - ax;
    const ey = (corners[j + 1] as number) - ay;
    const px = x - ax;
    const py = y - ay;
    const length = ex * ex + ey * ey;
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * ex + py * ey) / length));
    const dx = px - ex * t;
    const dy = py - ey * t;
    nearest = Math.min(nearest, dx * dx + dy * dy);
    // The ray to the right of the point crosses this edge
    if (py < 0 !== py - ey < 0 && px < (ex * py) / ey) inside = !inside;
  }
  return (inside ? -Math.sqrt(nearest) : Math.sqrt(nearest)) - radius;
}

function polar(radii: number[]): [number, number][] {
  return radii.map((radius, i) => {
    const angle = (2 * Math.PI * i) / radii.length - Math.PI / 2;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/** A cross whose arms are `2 · half` wide, its outermost corners at distance 1. */
function crossCorners(half: number): [number, number][] {
  const reach = Math.sqrt(1 - half * half);
  let arm: [number, number][] = [
    [half, half],
    [reach, half],
    [reach, -half],
  ];
  return [0, 1, 2, 3].flatMap(() => {
    const corners = arm;
    arm = arm.map(([u, v]) => [v, -u]);
    return corners;
  });
}
