import type { HeaderBytes, NumberWidth } from "./header-bytes.ts";

/** Tags of a TIFF directory that are needed here (TIFF 6.0, section 8). */
export const tiffTags = { width: 256, height: 257, orientation: 274 } as const;

/** How numbers of a TIFF structure are read, by their types: BYTE, SHORT, LONG and BigTIFF's LONG8. */
const widths: Readonly<Record<number, NumberWidth>> = { 1: 1, 3: 2, 4: 4, 16: 8 };

/**
 * Reads numbers of the first directory of a TIFF structure: a TIFF or BigTIFF file, or the Exif data of another format.
 *
 * @throws RangeError where it is cut off, or a tag is not one whole number
 */
export function readTiffTags(bytes: HeaderBytes, tags: readonly number[]): Map<number, number> {
  const order = bytes.text(0, 2);
  if (order !== "II" && order !== "MM") throw new RangeError("no TIFF structure");
  const number = (at: number, width: NumberWidth): number => bytes.number(at, width, order === "II");
  const isBig = number(2, 2) === 43;
  const [pointer, countWidth, entryLength] = isBig ? ([8, 8, 20] as const) : ([4, 2, 12] as const);
  const start = number(pointer, isBig ? 8 : 4);
  const count = number(start, countWidth);
  const found = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = start + countWidth + i * entryLength;
    const tag = number(at, 2);
    if (!tags.includes(tag)) continue;
    const width = widths[number(at + 2, 2)];
    if (width === undefined || number(at + 4, isBig ? 8 : 4) !== 1) throw new RangeError(`tag ${tag} is no number`);
    found.set(tag, number(at + (isBig ? 12 : 8), width));
  }
  return found;
}

/**
 * The orientation in Exif data, with or without the letters that precede it in JPEG; 1 where none is noted.
 *
 * @throws RangeError where the data is damaged
 */
export function exifOrientation(data: HeaderBytes): number {
  const tiff = data.text(0, 6) === "Exif\0\0" ? data.part(6) : data;
  return validOrientation(readTiffTags(tiff, [tiffTags.orientation]).get(tiffTags.orientation));
}

export function validOrientation(value = 1): number {
  return value >= 1 && value <= 8 ? value : 1;
}
