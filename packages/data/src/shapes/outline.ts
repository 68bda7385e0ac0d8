/** A polygon grown by a radius, so that its corners are round; a circle is a point grown by its radius. */
export interface Outline {
  /** x, y of each corner, in pixels, in order around the shape. */
  corners: Float64Array;
  /** Growth in pixels. */
  radius: number;
}

/** The name of a shape. */
export type ShapeName = "circle" | "square" | "triangle" | "star" | "cross";

/** Corners of each shape around the origin, within a circle of radius 1. */
const forms: Record<ShapeName, [number, number][]> = {
  circle: [[0, 0]],
  square: polar([1, 1, 1, 1]),
  triangle: polar([1, 1, 1]),
  star: polar([1, 0.42, 1, 0.42, 1, 0.42, 1, 0.42, 1, 0.42]),
  cross: crossCorners(0.3),
};

/** All shapes there are, in the order of their class numbers. */
export const shapeNames: readonly ShapeName[] = Object.keys(forms) as ShapeName[];

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
  const form = forms[shape];
  const rounding = shape === "circle" ? radius : radius * 0.08;
  const reach = radius - rounding;
  const [cos, sin] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
  return {
    corners: Float64Array.from(form.flatMap(([u, v]) => [x + u * cos - v * sin, y + u * sin + v * cos])),
    radius: rounding,
  };
}

/** The smallest box x1, y1, x2, y2 around an outline, in pixels. */
export function outlineBox({ corners, radius }: Outline): [number, number, number, number] {
  const xs = corners.filter((_, i) => i % 2 === 0);
  const ys = corners.filter((_, i) => i % 2 === 1);
  return [Math.min(...xs) - radius, Math.min(...ys) - radius, Math.max(...xs) + radius, Math.max(...ys) + radius];
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
