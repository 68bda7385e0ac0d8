import { HeaderBytes } from "./header/header-bytes.ts";

/** A file format that is decoded. Decoders know more of them, some of which are programs rather than pixels (SVG, PDF). */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "tiff" | "bmp" | "avif";

/** The formats that are decoded, for messages. */
export const imageFormats = "JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP";

/**
 * The first 12 bytes of each format, in Latin-1: whole signatures, none of which a text can begin with. ISO 14496-12's first
 * box is `ftyp`, of less than 64 KiB, with one of the brands of AVIF.
 */
const signatures: readonly [ImageFormat, RegExp][] = [
  ["jpeg", /^\xff\xd8\xff/],
  ["png", /^\x89PNG\r\n.\n/s],
  ["webp", /^RIFF.{4}WEBP/s],
  ["gif", /^GIF8[79]a/],
  ["tiff", /^(II[*+]\0|MM\0[*+])/],
  ["bmp", /^BM/],
  ["avif", /^\0\0..ftyp(avi[fs]|mif1|msf1)/s],
];

/** Returns the format of an image file by its first 12 bytes; `undefined` for a file that is not decoded. */
export function imageFormat(file: Uint8Array): ImageFormat | undefined {
  const head = new HeaderBytes(file).text(0, 12);
  return signatures.find(([, signature]) => signature.test(head))?.[0];
}
