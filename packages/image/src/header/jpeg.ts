import type { HeaderBytes } from "./header-bytes.ts";
import type { StoredSize } from "./stored-size.ts";
import { exifOrientation } from "./tiff-tags.ts";

const [tables, extensions, arithmetic] = [0xc4, 0xc8, 0xcc];
const [startOfScan, endOfImage, app1] = [0xda, 0xd9, 0xe1];
/** "Exif" */
const exif = 0x45786966;
/** Frames that are not progressive: baseline and extended. */
const sequential = [0xc0, 0xc1];

/** What a JPEG's frame header says besides the size. */
export interface JpegHeader extends StoredSize {
  /** Bits of a sample. */
  precision: number;
  /** 1 for gray, 3 for YCbCr or RGB, 4 for CMYK. */
  components: number;
  /** Where the file has the height, 2 bytes. */
  heightAt: number;
  /** Whether the first scan has all components, coded row by row from the top to the bottom: it is the only one then. */
  inOneScan: boolean;
}

/** Follows a JPEG's segments up to its first scan (ITU T.81, annex B). */
export function jpegHeader(bytes: HeaderBytes): JpegHeader {
  let orientation: number | undefined;
  let frame: Omit<JpegHeader, "orientation" | "inOneScan"> | undefined;
  let isSequential = false;
  for (let at = 2; ; ) {
    // Any number of 0xFF may precede a marker
    if (bytes.number(at, 1) !== 0xff) throw new RangeError("no marker");
    const marker = bytes.number(at + 1, 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === startOfScan && frame !== undefined) {
      const inOneScan = isSequential && bytes.number(at + 4, 1) === frame.components;
      return { ...frame, orientation: orientation ?? 1, inOneScan };
    }
    if (marker === startOfScan || marker === endOfImage) throw new RangeError("no frame header");
    at += 2;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    const length = bytes.number(at, 2);
    if (length < 2) throw new RangeError("no segment");
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![tables, extensions, arithmetic].includes(marker);
    if (isFrame && frame === undefined) {
      const heightAt = at + 3;
      const [height, width] = [bytes.number(heightAt, 2), bytes.number(at + 5, 2)];
      frame = { width, height, precision: bytes.number(at + 2, 1), components: bytes.number(at + 7, 1), heightAt };
      isSequential = sequential.includes(marker);
    }
    if (marker === app1 && length >= 8 && bytes.number(at + 2, 4) === exif) {
      orientation ??= exifOrientation(bytes.part(at + 2, at + length));
    }
    at += length;
  }
}
