import type { ImageSize } from "./admit-image.ts";

/** How a model takes images. */
export interface NetworkForm {
  /** Size that they are letterboxed to at most. */
  imgsz: readonly [height: number, width: number];
  stride: number;
  /** Whether they are padded only to the next multiple of the stride. */
  rect: boolean;
}

/** Names the size at which the network takes an image, so that images of one size can be looked at together. */
export function networkShape({ width, height }: ImageSize, { imgsz, stride, rect }: NetworkForm): string {
  const [maxHeight, maxWidth] = imgsz;
  if (!rect) return `${maxHeight}x${maxWidth}`;
  const ratio = Math.min(maxHeight / height, maxWidth / width);
  const [down, across] = [height, width].map((side) => Math.ceil(Math.round(side * ratio) / stride) * stride);
  return `${down}x${across}`;
}
