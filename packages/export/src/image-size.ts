import { LookonceError } from "@lookonce/errors";

/**
 * The height and width that an image size stands for.
 *
 * @throws LookonceError `ARGUMENT` for a size that is no multiple of the stride
 */
export function imageSize(
  imgsz: number | readonly [height: number, width: number],
  stride: number,
): readonly [height: number, width: number] {
  const sides = typeof imgsz === "number" ? ([imgsz, imgsz] as const) : imgsz;
  if (sides.every((side) => Number.isInteger(side) && side > 0 && side % stride === 0)) return sides;
  throw new LookonceError(
    "ARGUMENT",
    `imgsz must be one or two multiples of the model's stride ${stride}, not ${JSON.stringify(imgsz)}.`,
  );
}
