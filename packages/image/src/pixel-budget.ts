/** Pixels that are decoded at once in a thread, at 3 or 4 bytes each; a larger image is decoded alone. */
const pixelsAtOnce = 100_000_000;

/** Pixels that are being decoded, and who waits for them to become fewer. */
let pixelsInProgress = 0;
const waiting: (() => void)[] = [];

/** Decodes an image of so many pixels as soon as those that are being decoded leave room for it. */
export async function withinPixelBudget<T>(pixels: number, decode: () => Promise<T>): Promise<T> {
  while (pixelsInProgress > 0 && pixelsInProgress + pixels > pixelsAtOnce) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  pixelsInProgress += pixels;
  try {
    return await decode();
  } finally {
    pixelsInProgress -= pixels;
    for (const go of waiting.splice(0)) go();
  }
}
