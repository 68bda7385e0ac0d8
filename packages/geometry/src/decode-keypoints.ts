import { anchorCells } from "./anchor-cells.ts";
import { type DecodedMaps, type HeadSpec, type RawMap, sigmoid } from "./decode-maps.ts";

/**
 * Finishes, in place, the keypoints that `decodeMaps` left as they are in the maps: x = (2 · raw + the cell's column) · stride in
 * pixels, likewise y, and with three values the visibility σ(raw) (YOLOv8 8.3).
 */
export function decodeKeypoints<P extends DecodedMaps>(decoded: P, maps: readonly RawMap[], head: HeadSpec): P {
  const { data, shape, anchors, keypointShape } = decoded;
  if (keypointShape === undefined) return decoded;
  const [points, values] = keypointShape;
  const channels = shape[2] as number;
  for (const [i, { column, row, stride }] of anchorCells(anchors, maps, head).entries()) {
    let at = (i + 1) * channels - points * values;
    for (let k = 0; k < points; k++, at += values) {
      data[at] = (2 * (data[at] as number) + column) * stride;
      data[at + 1] = (2 * (data[at + 1] as number) + row) * stride;
      if (values > 2) data[at + 2] = sigmoid(data[at + 2] as number);
    }
  }
  return decoded;
}
