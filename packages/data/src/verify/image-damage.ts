import { crc32 } from "node:zlib";
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
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length >= 2 && buffer.readUInt16BE(0) === 0xffd8) return inspectJpeg(buffer);
  if (buffer.toString("latin1", 0, 8) === "\x89PNG\r\n\x1A\n") return inspectPng(buffer);
  if (buffer.toString("latin1", 0, 4) === "RIFF" && buffer.toString("latin1", 8, 12) === "WEBP") {
    return buffer.readUInt32LE(4) + 8 <= buffer.length ? "whole" : cutOff("WebP", buffer);
  }
  return "unknown";
}

function cutOff(format: string, { length }: Buffer): Fault {
  return { kind: "truncated", reason: `the ${format} is cut off: it has no end within its ${length} bytes` };
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

function inspectJpeg(buffer: Buffer): Structure {
  let at = 2;
  while (at + 4 <= buffer.length || buffer[at + 1] === endOfImage) {
    // Garbage between segments is skipped by decoders: whether it does harm, decoding must show
    if (buffer[at] !== 0xff) return buffer.lastIndexOf(0xd9) < 0 ? cutOff("JPEG", buffer) : "unknown";
    const marker = buffer[at + 1] as number;
    if (marker === endOfImage) return "whole";
    if (marker === 0xff) {
      at++;
      continue;
    }
    at += 2;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    at += buffer.readUInt16BE(at);
    if (marker !== startOfScan) continue;
    at = endOfScan(buffer, at);
    if (at < buffer.length && !maySeparateScans(buffer[at + 1] as number)) {
      return { kind: "corrupt", reason: `the JPEG is damaged inside: no marker may stand at byte ${at}` };
    }
  }
  return cutOff("JPEG", buffer);
}

/** Where the next marker after compressed data is: 0xFF not followed by 0 (a data byte) or a restart marker. */
function endOfScan(buffer: Buffer, from: number): number {
  for (let at = buffer.indexOf(0xff, from); at >= 0 && at + 1 < buffer.length; at = buffer.indexOf(0xff, at + 1)) {
    const next = buffer[at + 1] as number;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return buffer.length;
}

/** Tables, another scan, applications' data, comments, DNL or the end. */
function maySeparateScans(marker: number): boolean {
  return marker === 0xc4 || marker === 0xcc || (marker >= endOfImage && marker <= 0xef) || marker === 0xfe;
}

function inspectPng(buffer: Buffer): Structure {
  let at = 8;
  while (at + 12 <= buffer.length) {
    const length = buffer.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > buffer.length) break;
    const type = buffer.toString("latin1", at + 4, at + 8);
    // Decoders ignore damaged chunks that are not critical; a critical one has a capital letter first
    const isCritical = ((buffer[at + 4] as number) & 0x20) === 0;
    if (isCritical && crc32(buffer.subarray(at + 4, end)) !== buffer.readUInt32BE(end)) {
      return { kind: "corrupt", reason: `the PNG is damaged inside: chunk ${JSON.stringify(type)} at byte ${at}` };
    }
    if (type === "IEND") return "whole";
    at = end + 4;
  }
  return cutOff("PNG", buffer);
}
