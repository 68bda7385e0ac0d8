import type { DecodedMaps, HeadSpec, RawMap } from "./decode-maps.ts";

/**
 * Finishes, in place, the keypoints that `decodeMaps` left as they are in the maps: x = (2 · raw + the cell's column) · stride in
 * pixels, likewise y, and with three values the visibility σ(raw) (YOLOv8 8.3).
 */
export function decodeKeypoints<P extends DecodedMaps>(decoded: P, maps: readonly RawMap[], head: HeadSpec): P {
  const { data, shape, anchors, keypointShape } = decoded;
  if (keypointShape === undefined) return decoded;
  const [points, values] = keypointShape;
  const channels = shape[2] as number;
  const levels = levelsOf(maps, head);
  anchors.forEach((anchor, row) => {
    const { first, width, stride } = levels.findLast((level) => level.first <= anchor)!;
    const cell = [(anchor - first) % width, Math.floor((anchor - first) / width)] as const;
    let at = (row + 1) * channels - points * values;
    for (let k = 0; k < points; k++, at += values) {
      data[at] = (2 * (data[at] as number) + cell[0]) * stride;
      data[at + 1] = (2 * (data[at + 1] as number) + cell[1]) * stride;
      if (values > 2) data[at + 2] = 1 / (1 + Math.exp(-(data[at + 2] as number)));
    }
  });
  return decoded;
}

/** The number of each level's first anchor, its columns, and its pixels per cell. */
function levelsOf(maps: readonly RawMap[], { strides }: HeadSpec): { first: number; width: number; stride: number }[] {
  let first = 0;
  return strides.map((stride, level) => {
    const [, height = 0, width = 0] = maps[level]?.shape ?? [];
    const one = { first, width, stride };
    first += height * width;
    return one;
  });
}
