import { crc32 } from "@lookonce/files";
import type { Fault } from "../problem.ts";

/** The verdict on a file's structure: whole, damaged, or only decoding can show. */
export type Structure = "whole" | "unknown" | Fault;

/**
 * Follows an image file's structure to its end.
 *
 * JPEG (ITU T.81, annex B): segment by segment, and through the compressed data, in which only certain bytes may follow
 * 0xFF. PNG (W3C PNG, 5.3): chunk by chunk with the checksums of the critical ones, to IEND. WebP: the length that its RIFF
 * header states. Bytes after the end do not matter: cameras store previews there.
 *
 * Takes about 0.15 ms an image of COCO where decoding takes 6 ms. Of 200 JPEGs with 40 bytes overwritten inside it found
 * 29, decoding with libjpeg's warnings as errors 30, decoding without 0: what neither finds decodes to some image.
 */
export function inspectStructure(bytes: Uint8Array): Structure {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 2 && view.getUint16(0) === 0xffd8) return inspectJpeg(bytes);
  if (latin1(bytes, 0, 8) === "\x89PNG\r\n\x1A\n") return inspectPng(bytes);
  if (latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 12) === "WEBP") {
    return view.getUint32(4, true) + 8 <= bytes.length ? "whole" : cutOff("WebP", bytes);
  }
  return "unknown";
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function cutOff(format: string, { length }: Uint8Array): Fault {
  return { kind: "truncated", reason: `the ${format} is cut off: it has no end within its ${length} bytes` };
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

function inspectJpeg(bytes: Uint8Array): Structure {
  let at = 2;
  while (at + 4 <= bytes.length || bytes[at + 1] === endOfImage) {
    // Garbage between segments is skipped by decoders: whether it does harm, decoding must show
    if (bytes[at] !== 0xff) return bytes.lastIndexOf(0xd9) < 0 ? cutOff("JPEG", bytes) : "unknown";
    const marker = bytes[at + 1] as number;
    if (marker === endOfImage) return "whole";
    if (marker === 0xff) {
      at++;
      continue;
    }
    at += 2;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    at += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    if (marker !== startOfScan) continue;
    at = endOfScan(bytes, at);
    if (at < bytes.length && !maySeparateScans(bytes[at + 1] as number)) {
      return { kind: "corrupt", reason: `the JPEG is damaged inside: no marker may stand at byte ${at}` };
    }
  }
  return cutOff("JPEG", bytes);
}

/** Where the next marker after compressed data is: 0xFF not followed by 0 (a data byte) or a restart marker. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] as number;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** Tables, another scan, applications' data, comments, DNL or the end. */
function maySeparateScans(marker: number): boolean {
  return marker === 0xc4 || marker === 0xcc || (marker >= endOfImage && marker <= 0xef) || marker === 0xfe;
}

function inspectPng(bytes: Uint8Array): Structure {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 8;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) break;
    const type = latin1(bytes, at + 4, at + 8);
    // Decoders ignore damaged chunks that are not critical; a critical one has a capital letter first
    const isCritical = ((bytes[at + 4] as number) & 0x20) === 0;
    if (isCritical && crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      return { kind: "corrupt", reason: `the PNG is damaged inside: chunk ${JSON.stringify(type)} at byte ${at}` };
    }
    if (type === "IEND") return "whole";
    at = end + 4;
  }
  return cutOff("PNG", bytes);
}
