import { type DecodedMaps, decodeMaps, type HeadSpec, type RawMap } from "./decode-maps.ts";

/**
 * {@link decodeMaps} of a head that predicts rotated boxes, x, y, width, height, classes, angle: what it has last is the
 * logit of the angle, (σ(logit) − 0.25) · π, by which each box's offset from its cell is turned, too (YOLOv8, 8.3).
 */
export function decodeRotatedMaps(maps: readonly RawMap[], head: HeadSpec, conf: number): DecodedMaps {
  const decoded = decodeMaps(maps, head, conf);
  const { data, shape, anchors } = decoded;
  const [, , channels = 0] = shape;
  let [level, first] = [0, 0];
  let [stride, width, cells] = levelOf(maps, head, level);
  for (const [row, anchor] of anchors.entries()) {
    while (anchor >= first + cells) {
      first += cells;
      [stride, width, cells] = levelOf(maps, head, ++level);
    }
    const cell = anchor - first;
    const [pointX, pointY] = [((cell % width) + 0.5) * stride, (Math.floor(cell / width) + 0.5) * stride];
    const at = row * channels;
    const last = at + channels - 1;
    const angle = (1 / (1 + Math.exp(-data[last]!)) - 0.25) * Math.PI;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [offsetX, offsetY] = [data[at]! - pointX, data[at + 1]! - pointY];
    data[at] = pointX + offsetX * cos - offsetY * sin;
    data[at + 1] = pointY + offsetX * sin + offsetY * cos;
    data[last] = angle;
  }
  return decoded;
}

/** Pixels of a cell, cells of a row, and cells of a level. */
function levelOf(maps: readonly RawMap[], { strides }: HeadSpec, level: number): [number, number, number] {
  const [, height = 0, width = 0] = maps[level]?.shape ?? [];
  return [strides[level] ?? 1, width, height * width];
}
