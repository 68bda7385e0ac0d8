import type { KeypointSpec } from "../labels.ts";

/** Keypoints of these names, with visibility; which are exchanged in mirrored images follows from `left` and `right` in them. */
export function namedKeypoints(names: readonly string[]): KeypointSpec {
  return { shape: [names.length, 3], flip: mirroredNames(names), names };
}

/** For each name the one with left and right exchanged; itself where there is none. */
function mirroredNames(names: readonly string[]): number[] {
  const sides: Record<string, string> = { left: "right", right: "left", Left: "Right", Right: "Left" };
  return names.map((name, i) => {
    const other = names.indexOf(name.replace(/left|right/i, (side) => sides[side] ?? side));
    return other < 0 ? i : other;
  });
}
