import { readFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import { type ImageHeader, readImage, readImageHeader } from "@lookonce/image";
import type { ProblemKind } from "../problem.ts";
import { inspectStructure } from "./image-damage.ts";

/** Shorter sides than this, in pixels, show nothing to learn from (YOLOv5 7.0 and YOLOv8 refuse under 10, too). */
const leastSide = 10;

/** An image's header, or what is wrong with the file. */
export type CheckedImage = ImageHeader | { kind: ProblemKind; reason: string };

/**
 * Reads an image file and returns whether it can be used: there, not empty, whole, of a format that can be decoded, and
 * at least 10 pixels wide and high.
 *
 * JPEG, PNG and WebP are followed through their structure; other formats, and doubtful cases, are decoded.
 */
export async function checkImage(path: string): Promise<CheckedImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing-image", reason: "there is no such file" };
    return { kind: "unreadable", reason: `cannot be read: ${message}` };
  }
  if (bytes.length === 0) return { kind: "zero-byte", reason: "the file is empty (0 bytes)" };
  const structure = inspectStructure(bytes);
  if (typeof structure === "object") return structure;
  try {
    const header = await readImageHeader(bytes);
    if (structure === "unknown") await readImage(bytes);
    if (Math.min(header.width, header.height) >= leastSide) return header;
    return {
      kind: "too-small",
      reason: `${header.width} × ${header.height} pixels: each side must have at least ${leastSide}`,
    };
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message.trim().split("\n").at(-1) : error.message;
    return {
      kind: "corrupt",
      reason: `not a whole image that can be read (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP): ${reason}`,
    };
  }
}
