import sharp, { type Sharp, type SharpOptions } from "sharp";
import { parseImageHeader } from "./header/parse-image-header.ts";
import { checkPixels, type Image, type Size } from "./image.ts";

/**
 * Loaders of libvips 8.18 for formats that are not decoded here, with those that other builds of it have. SVG stays readable
 * from memory, for the plots that are drawn with it; `imageFormat` refuses files of it.
 */
const foreign = [
  ...["Analyze", "Csv", "Dcraw", "Fits", "Jp2k", "Jxl", "Magick", "Magick7", "Mat", "Matrix", "Nifti", "Openexr"],
  ...["Openslide", "Pdf", "Ppm", "Rad", "Raw", "SvgFile", "SvgSource", "Uhdr", "Vips"],
];

// For the whole process: whoever else uses sharp in it cannot open these either. By name, since blocking all and then
// allowing some would fail what other threads decode in between
sharp.block({ operation: foreign.map((name) => `VipsForeignLoad${name}`) });

// Files are known to the cache by their paths: a WebP file that has changed would be read as it was before
sharp.cache(false);

/**
 * `failOn: "error"` refuses truncated and damaged pixels but accepts what merely warns (odd metadata, bytes after the
 * end), which is common in real data sets. Color profiles are ignored, so that pixels are those stored in the file, as
 * OpenCV reads them.
 */
const options: SharpOptions = { failOn: "error", ignoreIcc: true, sequentialRead: true };

/** Time limit of decoding one image; the largest that is accepted needs about 5 seconds. */
const timeout = { seconds: 60 };

/** Pixels that are decoded at once in a thread, at 3 bytes each; a larger image is decoded alone. */
const pixelsAtOnce = 100_000_000;

/** Pixels that are being decoded, and who waits for them to become fewer. */
let pixelsInProgress = 0;
const waiting: (() => void)[] = [];

/** Opens an image file for its header; its first bytes must have passed `imageFormat`. */
export function openHeader(source: string | Uint8Array): Sharp {
  return sharp(source, { ...options, limitInputPixels: false });
}

/** Sizes of images that {@link decode} refuses, and that it shrinks. */
interface DecodeLimits {
  maxPixels: number;
  shrinkAbove?: number | undefined;
}

/** Decodes a JPEG, PNG, WebP, AVIF, GIF or TIFF file; its bytes must have passed `imageFormat`. */
export async function decode(bytes: Uint8Array, { maxPixels, shrinkAbove = maxPixels }: DecodeLimits): Promise<Image> {
  const original = parseImageHeader(bytes) ?? (await openHeader(bytes).metadata()).autoOrient;
  checkPixels(original, maxPixels);
  const pixels = original.width * original.height;
  const isShrunk = pixels > shrinkAbove;
  while (pixelsInProgress > 0 && pixelsInProgress + pixels > pixelsAtOnce) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  pixelsInProgress += pixels;
  try {
    // The limit again, since the decoder may find another size in the file
    const upright = sharp(bytes, { ...options, limitInputPixels: maxPixels })
      .timeout(timeout)
      .autoOrient();
    const { data, info } = await (isShrunk ? shrink(upright, original, shrinkAbove / pixels) : upright)
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return {
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      width: info.width,
      height: info.height,
      ...(isShrunk && { original: { width: original.width, height: original.height } }),
    };
  } finally {
    pixelsInProgress -= pixels;
    for (const go of waiting.splice(0)) go();
  }
}

/** Shrinks to a share of the pixels while decoding, row by row where the format allows. */
function shrink(pipeline: Sharp, { width, height }: Size, share: number): Sharp {
  const side = (length: number): number => Math.max(1, Math.round(length * Math.sqrt(share)));
  return pipeline.resize(side(width), side(height), { fit: "fill" });
}
