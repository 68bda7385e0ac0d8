import { openRegular, type ReadOptions } from "@lookonce/files";
import sharp, { type Sharp, type SharpOptions } from "sharp";
import { bitmapHeadLength } from "./bitmap-header.ts";
import { parseImageHeader } from "./header/parse-image-header.ts";
import type { StoredSize } from "./header/stored-size.ts";
import { checkPixels, type Image, type Size, shrunkSize } from "./image.ts";
import { withinPixelBudget } from "./pixel-budget.ts";

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

/** Reads the first bytes of a file, which identify its format. */
export async function readHead(path: string, file: ReadOptions): Promise<Uint8Array> {
  const handle = await openRegular(path, file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: new Uint8Array(bitmapHeadLength) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Reads size, upright, and orientation from an image's header; its first bytes must have passed `imageFormat`. */
export async function readStoredSize(source: string | Uint8Array): Promise<StoredSize> {
  const { autoOrient, orientation } = await sharp(source, { ...options, limitInputPixels: false }).metadata();
  return { width: autoOrient.width, height: autoOrient.height, orientation: orientation ?? 1 };
}

/** Sizes of images that {@link decode} refuses, and that it shrinks. */
export interface DecodeLimits {
  maxPixels: number;
  shrinkAbove?: number | undefined;
}

/** Decodes a JPEG, PNG, WebP, AVIF, GIF or TIFF file; its bytes must have passed `imageFormat`. */
export async function decode(bytes: Uint8Array, { maxPixels, shrinkAbove = maxPixels }: DecodeLimits): Promise<Image> {
  const original = parseImageHeader(bytes) ?? (await readStoredSize(bytes));
  checkPixels(original, maxPixels);
  const pixels = original.width * original.height;
  const isShrunk = pixels > shrinkAbove;
  return withinPixelBudget(pixels, async () => {
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
  });
}

/** Shrinks to a share of the pixels while decoding, row by row where the format allows. */
function shrink(pipeline: Sharp, original: Size, share: number): Sharp {
  const { width, height } = shrunkSize(original, share);
  return pipeline.resize(width, height, { fit: "fill" });
}

/** The pixels of a Windows bitmap, 3 or 4 bytes each. */
export async function decodeBitmapPixels(bytes: Uint8Array): Promise<Uint8Array> {
  // Most programs never see a bitmap
  const { Transformer } = await import("@napi-rs/image");
  return new Transformer(bytes).rawPixels();
}
