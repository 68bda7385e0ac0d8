import { LookonceError } from "@lookonce/errors";
import { readRegular } from "@lookonce/files";
import { type ImageHeader, readImage, readImageHeader } from "@lookonce/image";
import { type LabeledObjects, type Labels, labelPath, parseLabels } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import type { DataProblem, Fault } from "../problem.ts";
import { inspectStructure } from "./image-damage.ts";

/** Files open at once while a data set is checked: enough to keep a disk busy, far below any limit on open files. */
const openFiles = 16;

/** What is known of one image after checking it and its labels. */
export interface VerifiedImage {
  path: string;
  /** Pixels of the upright image. */
  width: number;
  height: number;
  /** Whether the file stores it turned or mirrored (EXIF orientation 2 to 8). */
  oriented: boolean;
  /** The objects that can be used. */
  objects: LabeledObjects;
  /** Whether there is a label file, and whether it has no row. */
  found: boolean;
  empty: boolean;
  /** Whether the image can be used; its labels are then as good as they can be. */
  usable: boolean;
  problems: readonly DataProblem[];
}

/** How far a long piece of work has come. */
export type OnProgress = (state: { done: number; total: number }) => void;

/** Checks images and their labels, some at a time; the results keep the order of the paths. */
export async function verifyImages(
  paths: readonly string[],
  { classCount, onProgress }: { classCount: number; onProgress?: OnProgress | undefined },
): Promise<VerifiedImage[]> {
  let done = 0;
  return mapConcurrently(paths, openFiles, async (path) => {
    const verified = await verifyImage(path, classCount);
    onProgress?.({ done: ++done, total: paths.length });
    return verified;
  });
}

async function verifyImage(path: string, classCount: number): Promise<VerifiedImage> {
  const image = await checkImage(path);
  if ("kind" in image) {
    const nothing = { width: 0, height: 0, oriented: false, objects: noObjects, found: false, empty: false };
    return { path, ...nothing, usable: false, problems: [{ path, ...image }] };
  }
  const { width, height, orientation } = image;
  const labels = await readLabels(labelPath(path), classCount);
  const { problems, ...objects } = labels ?? { ...noObjects, problems: [] };
  const empty = labels !== undefined && objects.classes.length === 0 && problems.length === 0;
  const found = labels !== undefined;
  return { path, width, height, oriented: orientation > 1, objects, found, empty, usable: true, problems };
}

const noObjects: LabeledObjects = { classes: new Int32Array(0), boxes: new Float32Array(0) };

/** A million boxes, or the outlines of ten thousand objects. */
const maxLabelBytes = 64_000_000;

/** The labels, or `undefined` without a label file. */
async function readLabels(file: string, classCount: number): Promise<Labels | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readRegular(file, { what: "label file", maxBytes: maxLabelBytes });
  } catch (error) {
    const { code, message } = error as LookonceError;
    if (code === "NOT_FOUND") return undefined;
    const problem: DataProblem = { path: file, kind: "unreadable-labels", reason: `cannot be read: ${message}` };
    return { ...noObjects, problems: [problem] };
  }
  return parseLabels(bytes.toString("utf8"), file, classCount);
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
