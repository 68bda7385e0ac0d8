import { anchorCells } from "./anchor-cells.ts";
import { type DecodedMaps, type HeadSpec, type RawMap, sigmoid } from "./decode-maps.ts";

/**
 * Finishes, in place, the keypoints that `decodeMaps` left as they are in the maps: x = (2 · raw + the cell's column) · stride in
 * pixels, likewise y, and with three values the visibility σ(raw) (YOLOv8 8.3); x = (raw + the cell's center) · stride where
 * offsets are from there (YOLO26 8.4).
 */
export function decodeKeypoints<P extends DecodedMaps>(decoded: P, maps: readonly RawMap[], head: HeadSpec): P {
  const { data, shape, anchors, keypointShape } = decoded;
  if (keypointShape === undefined) return decoded;
  const [points, values] = keypointShape;
  const channels = shape[2] as number;
  const [scale, shift] = head.keypointOffsets === "center" ? [1, 0.5] : [2, 0];
  for (const [i, { column, row, stride }] of anchorCells(anchors, maps, head).entries()) {
    let at = (i + 1) * channels - points * values;
    for (let k = 0; k < points; k++, at += values) {
      data[at] = (scale * (data[at] as number) + column + shift) * stride;
      data[at + 1] = (scale * (data[at + 1] as number) + row + shift) * stride;
      if (values > 2) data[at + 2] = sigmoid(data[at + 2] as number);
    }
  }
  return decoded;
}
