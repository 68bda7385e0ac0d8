import { type HostTargets, type HostTensor, requireField } from "../targets.ts";

/**
 * The objects' masks as an input of a recorded step, in the size of the prototypes: [B, h, w], object's row + 1, or
 * [B, M, h, w], 0 or 1. Masks of another size are resized to the nearest pixel, ⌊place · scale⌋.
 *
 * @param size of the prototypes
 * @throws LookonceError `DATA` for labels without masks
 */
export function maskInput(
  targets: HostTargets,
  count: number,
  { height, width }: { height: number; width: number },
): HostTensor {
  const masks = requireField(targets, "masks", "outlines of objects");
  const [fullHeight, fullWidth] = requireField(targets, "maskSize", "size of masks");
  const maps = masks.length / (fullHeight * fullWidth);
  const data = new Float32Array(maps * height * width);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x * fullWidth) / width));
  let at = 0;
  for (let map = 0; map < maps; map++) {
    for (let y = 0; y < height; y++) {
      const row = (map * fullHeight + Math.floor((y * fullHeight) / height)) * fullWidth;
      for (let x = 0; x < width; x++) data[at++] = masks[row + (columns[x] as number)] as number;
    }
  }
  const shape = maps === count ? [count, height, width] : [count, maps / count, height, width];
  return { data, shape, dtype: "float32" };
}
