/** Longer side of thumbnails, in pixels: twice what they are shown at, for dense screens. */
const side = 320;

/** An image that was decoded for the first time. */
export interface ReadImage {
  width: number;
  height: number;
  thumbnail: Blob;
}

/**
 * Decodes an image for its size, turned upright, and a small copy.
 *
 * @throws Error when the browser cannot decode it
 */
export async function readNewImage(blob: Blob, name: string): Promise<ReadImage> {
  const bitmap = await createImageBitmap(blob).catch(() => {
    throw new Error(`${name} is no image that this browser can read.`);
  });
  try {
    const { width, height } = bitmap;
    const scale = Math.min(1, side / Math.max(width, height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return { width, height, thumbnail: await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 }) };
  } finally {
    bitmap.close();
  }
}
