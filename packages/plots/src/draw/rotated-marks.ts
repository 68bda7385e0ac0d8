import { type Box, px } from "./tags.ts";

/**
 * The outline of a rotated box in the class's color, with a thin dark edge, so that it is seen on a background of its color.
 *
 * @param corners four, x and y in turn
 */
export function rotatedFrame(corners: Float32Array, color: string, line: number): string {
  const points = Array.from(corners, px).join(" ");
  const shape = `points="${points}" fill="none" stroke-linejoin="round"`;
  const edge = line < 2 ? "" : `<polygon ${shape} stroke="#000" stroke-opacity="0.35" stroke-width="${line + 1.5}"/>`;
  return `${edge}<polygon ${shape} stroke="${color}" stroke-width="${line}"/>`;
}

/** Where the label of a rotated box is placed: from its highest corner down to its lowest. */
export function labelBox(corners: Float32Array): Box {
  let highest = 0;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < corners.length; i += 2) {
    if ((corners[i] as number) < (corners[highest + 1] as number)) highest = i - 1;
    bottom = Math.max(bottom, corners[i] as number);
  }
  const [x, top] = [corners[highest] as number, corners[highest + 1] as number];
  return { left: x, top, right: x, bottom };
}
