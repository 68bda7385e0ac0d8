import { type Letterboxed, letterbox, letterboxGeometry, type Picture, readPicture } from "@lookonce/augment";

/** How pictures are fitted into the network's input. */
export interface FitSettings {
  /** Largest canvas, height and width in pixels. */
  size: readonly [height: number, width: number];
  /** Whether borders end at the next multiple of the stride. */
  auto: boolean;
  stride: number;
}

/** A picture, and what the network is to see of it. */
export interface PreparedPicture {
  /** As it was read. */
  picture: Picture;
  /** Fitted into the canvas; not to be written to: it may be the picture itself. */
  boxed: Letterboxed;
  /** Milliseconds that fitting took. */
  preprocess: number;
}

/**
 * Reads a picture, unless pixels are given, and fits it into the network's input.
 *
 * @param content a path, an encoded file's bytes, or pixels
 * @throws LookonceError when it cannot be read
 */
export async function preparePicture(
  content: string | Uint8Array | Picture,
  settings: FitSettings,
): Promise<PreparedPicture> {
  const encoded = typeof content === "string" || content instanceof Uint8Array;
  const picture = encoded ? await readPicture(content) : content;
  const start = performance.now();
  const geometry = letterboxGeometry(picture, settings);
  const { width, height } = geometry.canvas;
  const fits = width === picture.width && height === picture.height;
  const boxed = fits ? { ...geometry, picture } : letterbox(picture, settings);
  return { picture, boxed, preprocess: performance.now() - start };
}
