import { LookonceError } from "@lookonce/errors";
import { readRegular } from "@lookonce/files";
import { type ImageHeader, readImage, readImageHeader } from "@lookonce/image";
import { noObjects } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import type { Fault } from "../problem.ts";
import { inspectStructure } from "./image-damage.ts";
import type { FoundLabels, LabelSource } from "./label-source.ts";

/** Files open at once while a data set is checked: enough to keep a disk busy, far below any limit on open files. */
const openFiles = 16;

/** What is known of one image after checking it and its labels; `found` and `empty` are of its label file. */
export interface VerifiedImage extends FoundLabels {
  path: string;
  /** Pixels of the upright image. */
  width: number;
  height: number;
  /** Whether the file stores it turned or mirrored (EXIF orientation 2 to 8). */
  oriented: boolean;
  /** Whether the image can be used; its labels are then as good as they can be. */
  usable: boolean;
}

/** How far a long piece of work has come. */
export type OnProgress = (state: { done: number; total: number }) => void;

/** Checks images and their labels, some at a time; the results keep the order of the paths. */
export async function verifyImages(
  paths: readonly string[],
  { labels, onProgress }: { labels: LabelSource; onProgress?: OnProgress | undefined },
): Promise<VerifiedImage[]> {
  let done = 0;
  return mapConcurrently(paths, openFiles, async (path) => {
    const verified = await verifyImage(path, labels);
    onProgress?.({ done: ++done, total: paths.length });
    return verified;
  });
}

async function verifyImage(path: string, labels: LabelSource): Promise<VerifiedImage> {
  const image = await checkImage(path);
  if ("kind" in image) {
    const nothing = { width: 0, height: 0, oriented: false, objects: noObjects("boxes"), found: false, empty: false };
    return { path, ...nothing, usable: false, problems: [{ path, ...image }] };
  }
  const { width, height, orientation } = image;
  return { path, width, height, oriented: orientation > 1, usable: true, ...(await labels.read(path)) };
}

/** Shorter sides than this, in pixels, show nothing to learn from (YOLOv5 7.0 and YOLOv8 refuse under 10, too). */
const minSide = 10;

/**
 * Whether an image can be used: there, whole, decodable, at least 10 pixels wide and high. JPEG, PNG and WebP are followed
 * through their structure; other formats, and doubtful cases, are decoded.
 */
async function checkImage(path: string): Promise<ImageHeader | Fault> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegular(path, { what: "image" });
  } catch (error) {
    const { code, message } = error as LookonceError;
    if (code === "NOT_FOUND") return { kind: "missing-image", reason: "there is no such file" };
    return { kind: "unreadable", reason: `cannot be read: ${message}` };
  }
  if (bytes.length === 0) return { kind: "zero-byte", reason: "the file is empty (0 bytes)" };
  const structure = inspectStructure(bytes);
  if (typeof structure === "object") return structure;
  try {
    const header = await readImageHeader(bytes);
    if (structure === "unknown") await readImage(bytes);
    if (Math.min(header.width, header.height) >= minSide) return header;
    const size = `${header.width} × ${header.height} pixels`;
    return { kind: "too-small", reason: `${size}: each side must have at least ${minSide}` };
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message.trim().split("\n").at(-1) : error.message;
    const what = "not a whole image that can be read (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP)";
    return { kind: "corrupt", reason: `${what}: ${reason}` };
  }
}
