import { type Image, type Letterboxed, letterbox, letterboxGeometry, readImage } from "@lookonce/image";

/** How images are fitted into the network's input. */
export interface FitSettings {
  /** Largest canvas, height and width in pixels. */
  size: readonly [height: number, width: number];
  /** Whether borders end at the next multiple of the stride. */
  auto: boolean;
  stride: number;
}

/** An image, and what the network is to see of it. */
export interface PreparedImage {
  /** As it was read. */
  image: Image;
  /** Fitted into the canvas; not to be written to: it may be the image itself. */
  boxed: Letterboxed;
  /** Milliseconds that fitting took. */
  preprocess: number;
}

/**
 * Reads an image, unless pixels are given, and fits it into the network's input.
 *
 * @param content a path, an encoded file's bytes, or pixels
 * @throws LookonceError when it cannot be read
 */
export async function prepareImage(
  content: string | Uint8Array | Image,
  settings: FitSettings,
): Promise<PreparedImage> {
  const encoded = typeof content === "string" || content instanceof Uint8Array;
  const image = encoded ? await readImage(content) : content;
  const start = performance.now();
  const geometry = letterboxGeometry(image, settings);
  const { width, height } = geometry.canvas;
  const fits = width === image.width && height === image.height;
  const boxed = fits ? { ...geometry, image } : letterbox(image, settings);
  return { image, boxed, preprocess: performance.now() - start };
}
