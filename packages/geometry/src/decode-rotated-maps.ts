import { anchorCells } from "./anchor-cells.ts";
import { type DecodedMaps, decodeMaps, type HeadSpec, type RawMap, sigmoid } from "./decode-maps.ts";

/**
 * {@link decodeMaps} of a head that predicts rotated boxes, x, y, width, height, classes, angle: what it has last is the
 * logit of the angle, (σ(logit) − 0.25) · π (YOLOv8, 8.3), or the angle itself (YOLO26, 8.4), by which each box's offset from
 * its cell is turned, too.
 */
export function decodeRotatedMaps(maps: readonly RawMap[], head: HeadSpec, conf: number): DecodedMaps {
  const decoded = decodeMaps(maps, head, conf);
  const { data, shape, anchors } = decoded;
  const [, , channels = 0] = shape;
  for (const [i, { column, row, stride }] of anchorCells(anchors, maps, head).entries()) {
    const [pointX, pointY] = [(column + 0.5) * stride, (row + 0.5) * stride];
    const at = i * channels;
    const last = at + channels - 1;
    const angle = head.angles === "radians" ? data[last]! : (sigmoid(data[last]!) - 0.25) * Math.PI;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [offsetX, offsetY] = [data[at]! - pointX, data[at + 1]! - pointY];
    data[at] = pointX + offsetX * cos - offsetY * sin;
    data[at + 1] = pointY + offsetX * sin + offsetY * cos;
    data[last] = angle;
  }
  return decoded;
}
