import { bitmapSize } from "../bitmap-header.ts";
import type { Size } from "../image.ts";
import { type ImageFormat, imageFormat } from "../image-format.ts";
import { avifHeader } from "./avif.ts";
import { gifHeader } from "./gif.ts";
import { HeaderBytes } from "./header-bytes.ts";
import { jpegHeader } from "./jpeg.ts";
import { pngHeader } from "./png.ts";
import type { StoredSize } from "./stored-size.ts";
import { readTiffTags, tiffTags, validOrientation } from "./tiff-tags.ts";
import { webpHeader } from "./webp.ts";

/** The header of an image file. */
export interface ImageHeader extends Size {
  /** EXIF orientation, 1 (upright) to 8; width and height are those of the upright image. */
  orientation: number;
  format: ImageFormat;
}

const parsers: Readonly<Record<Exclude<ImageFormat, "bmp">, (bytes: HeaderBytes) => StoredSize>> = {
  jpeg: jpegHeader,
  png: pngHeader,
  webp: webpHeader,
  gif: gifHeader,
  avif: avifHeader,
  tiff(bytes) {
    const tags = readTiffTags(bytes, Object.values(tiffTags));
    const [width = 0, height = 0] = [tags.get(tiffTags.width), tags.get(tiffTags.height)];
    return { width, height, orientation: validOrientation(tags.get(tiffTags.orientation)) };
  },
};

/**
 * Reads the header of an image file in JavaScript, so that bytes of strangers reach no native code. Returns `undefined` for
 * what is no image, a damaged header, and rare forms (cropped AVIF, JPEG whose height follows its pixels): a decoder decides.
 *
 * @param file all of the file, as orientation may stand at its end
 */
export function parseImageHeader(file: Uint8Array): ImageHeader | undefined {
  const format = imageFormat(file);
  if (format === undefined) return undefined;
  try {
    const { width, height, orientation } =
      format === "bmp" ? { ...bitmapSize(file), orientation: 1 } : parsers[format](new HeaderBytes(file));
    if (!(width > 0 && height > 0)) return undefined;
    const isTurned = orientation >= 5;
    return { width: isTurned ? height : width, height: isTurned ? width : height, orientation, format };
  } catch (error) {
    if (error instanceof RangeError || format === "bmp") return undefined;
    throw error;
  }
}
