import { type ReadOptions, readRegular, readRegularSync } from "@lookonce/files";
import { bitmapHeadLength } from "./bitmap-header.ts";
import { asStored, readBitmap } from "./canvas-pixels.web.ts";
import type { DecodeLimits } from "./decoder.ts";
import { type ImageHeader, parseImageHeader } from "./header/parse-image-header.ts";
import { withoutExif } from "./header/webp.ts";
import { checkPixels, type Image, type Size, shrunkSize } from "./image.ts";
import { withinPixelBudget } from "./pixel-budget.ts";
import { turnUpright } from "./turn-upright.ts";

/** Reads the first bytes of a file, which identify its format. */
export async function readHead(path: string, file: ReadOptions): Promise<Uint8Array> {
  return readRegularSync(path, { ...file, first: bitmapHeadLength });
}

/** Reads size, upright, and orientation from an image's header; its first bytes must have passed `imageFormat`. */
export async function readStoredSize(source: string | Uint8Array): Promise<ImageHeader> {
  const bytes = typeof source === "string" ? await readRegular(source, { what: "image" }) : source;
  const header = parseImageHeader(bytes);
  // The size is what bounds the memory: no decoder of a browser's is asked without it
  if (header === undefined) throw new Error("its header is damaged or of a rare form");
  return header;
}

/** Decodes a JPEG, PNG, WebP, AVIF, GIF or BMP file; its bytes must have passed `imageFormat`. */
export async function decode(bytes: Uint8Array, { maxPixels, shrinkAbove = maxPixels }: DecodeLimits): Promise<Image> {
  const header = await readStoredSize(bytes);
  checkPixels(header, maxPixels);
  const pixels = header.width * header.height;
  const isShrunk = pixels > shrinkAbove;
  return withinPixelBudget(pixels, async () => {
    const bitmap = await openBitmap(bytes, header, isShrunk ? shrunkSize(header, shrinkAbove / pixels) : undefined);
    try {
      // The limit again, since the decoder may find another size in the file
      checkPixels(bitmap, maxPixels);
      const image = await readBitmap(bitmap);
      const upright = header.format === "webp" ? turnUpright(image, header.orientation) : image;
      return isShrunk ? { ...upright, original: { width: header.width, height: header.height } } : upright;
    } finally {
      bitmap.close();
    }
  });
}

/** Browsers turn images upright as sharp does but for WebP's, which some turn and some do not. */
async function openBitmap(bytes: Uint8Array, header: ImageHeader, size: Size | undefined): Promise<ImageBitmap> {
  const { format, orientation } = header;
  const isTurnedHere = format === "webp" && orientation > 1;
  const file = new Blob([(isTurnedHere ? withoutExif(bytes) : bytes) as Uint8Array<ArrayBuffer>]);
  try {
    return await createImageBitmap(file, {
      ...asStored,
      ...(size === undefined ? {} : resizing(isTurnedHere && orientation >= 5 ? turned(size) : size)),
    });
  } catch (cause) {
    if (format !== "tiff") throw cause;
    throw new Error("this browser decodes no TIFF files; convert it to PNG first", { cause });
  }
}

function turned({ width, height }: Size): Size {
  return { width: height, height: width };
}

function resizing({ width, height }: Size): ImageBitmapOptions {
  return { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" };
}

/** The pixels of a Windows bitmap, 3 bytes each. */
export async function decodeBitmapPixels(bytes: Uint8Array): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), asStored);
  try {
    return (await readBitmap(bitmap)).data;
  } finally {
    bitmap.close();
  }
}
