import { LookonceError } from "@lookonce/errors";
import { readDrawn } from "./canvas-pixels.web.ts";
import { checkPixels, type Image, pixelLimit, type Size } from "./image.ts";
import type { Drawable } from "./image-from.ts";

/**
 * Reads the pixels of something that a canvas can draw.
 *
 * @throws LookonceError `ARGUMENT` when it is closed or has nothing to show yet; `IO` when the page must not read it
 */
export function readDrawable(source: Drawable): Image {
  const size = sizeOf(source);
  if (!(size.width > 0 && size.height > 0)) {
    throw new LookonceError(
      "ARGUMENT",
      "There are no pixels to read yet, or no more: it is closed, or must be loaded first.",
    );
  }
  checkPixels(size, pixelLimit);
  try {
    return readDrawn(source, size).image;
  } catch (cause) {
    if (!(cause instanceof DOMException)) throw cause;
    if (cause.name !== "SecurityError") {
      throw new LookonceError("ARGUMENT", `Cannot read the pixels: ${cause.message}`, { cause });
    }
    const message =
      "The browser keeps pixels of another origin from this page: load them with crossorigin, or from the page's own.";
    throw new LookonceError("IO", message, { cause });
  }
}

function sizeOf(source: Drawable): Size {
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ("videoWidth" in source) return { width: source.videoWidth, height: source.videoHeight };
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  return { width: source.width, height: source.height };
}
