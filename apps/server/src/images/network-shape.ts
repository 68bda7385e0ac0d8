import type { ImageSize } from "./admit-image.ts";

/** The input sizes that a model accepts. */
export interface NetworkSpec {
  /** Size that they are letterboxed to at most. */
  imgsz: readonly [height: number, width: number];
  stride: number;
  /** Whether they are padded only to the next multiple of the stride. */
  rect: boolean;
}

/** Names the size at which the network runs on an image, so that images of one size can be batched. */
export function networkShape({ width, height }: ImageSize, { imgsz, stride, rect }: NetworkSpec): string {
  const [maxHeight, maxWidth] = imgsz;
  if (!rect) return `${maxHeight}x${maxWidth}`;
  const ratio = Math.min(maxHeight / height, maxWidth / width);
  const [down, across] = [height, width].map((side) => Math.ceil(Math.round(side * ratio) / stride) * stride);
  return `${down}x${across}`;
}
