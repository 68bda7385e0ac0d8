import type { Image } from "@lookonce/image";
import { compose } from "#canvas";
import { boxesSvg, type Drawable, type DrawOptions } from "./boxes-svg.ts";

/** A copy of the image with boxes and labels; the best detections lie on top. */
export async function drawDetections(image: Image, drawable: Drawable, options: DrawOptions = {}): Promise<Image> {
  const { data, width, height } = image;
  const { detections, probs, trails = [], zones = [] } = drawable;
  const isEmpty = detections.count === 0 && probs === undefined && trails.length === 0 && zones.length === 0;
  if (isEmpty) return { data: data.slice(), width, height };
  return compose(image, [{ svg: boxesSvg(image, drawable, options) }]);
}
