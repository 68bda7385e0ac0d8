import { createHmac, textOf } from "@lookonce/files";
import { labelPath } from "../labels.ts";
import { keypointStep, type ObjectTable, objectsAt } from "../loader/entry-table.ts";
import type { DataProblem } from "../problem.ts";
import type { VerifiedImage } from "./verify-images.ts";

/** Counts up whenever the file's form or what verification finds changes; older files are then ignored. */
export const formatVersion = 3;

const magic = new TextEncoder().encode("LOOKONCE");

/** Of the arrays: that of all machines with a browser, and of nearly all others. */
const byteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "LE" : "BE";

const digestBytes = 32;

/** What an image's flags say, bit by bit. */
const flagNames = ["usable", "found", "empty", "oriented"] as const;

interface Header {
  version: number;
  byteOrder: string;
  hash: string;
  images: number;
  objects: number;
  /** Numbers in the list of polygons' lengths: one for each object, or none when no image has polygons. */
  lengths: number;
  points: number;
  /** Numbers of an object's keypoints; absent when the data set has none. */
  keypoints?: number;
  /** Number of the image, problems. */
  problems: [number, KeptProblem[]][];
}

/** Paths are not kept, so that a data set that was moved finds its cache still right. */
type KeptProblem = Omit<DataProblem, "path"> & { of: "image" | "labels" };

/** What a cache file belongs to. */
export interface CacheIdentity {
  /** Of the files' state. */
  hash: string;
  /** The machine's secret: a file that came with a data set has another one's signature, and is ignored. */
  key: Uint8Array;
}

/**
 * The cache file's bytes: `LOOKONCE`, HMAC-SHA256 of the rest by the machine's key, length of the header (uint32), the header (JSON), then
 * arrays in the machine's byte order: flags (uint32), widths, heights, objects of each image; classes; boxes (float32); polygons'
 * lengths; polygons' points (float32); keypoints (float32). The header is padded with spaces so that the arrays start at a multiple of 4.
 */
export function encodeVerified(verified: readonly VerifiedImage[], { hash, key }: CacheIdentity): Uint8Array {
  const objects = verified.map((image) => image.objects);
  const hasPolygons = objects.some(({ polygons }) => polygons !== undefined);
  const polygons = hasPolygons
    ? objects.flatMap((own) => own.polygons ?? Array.from(own.classes, () => new Float32Array(0)))
    : [];
  const counts = objects.map(({ classes }) => classes.length);
  const lengths = Int32Array.from(polygons, ({ length }) => length);
  const header: Header = {
    version: formatVersion,
    byteOrder,
    hash,
    images: verified.length,
    objects: counts.reduce((a, b) => a + b, 0),
    lengths: lengths.length,
    points: lengths.reduce((a, b) => a + b, 0),
    ...(objects.some(({ keypoints }) => keypoints !== undefined) ? { keypoints: keypointStep(objects) } : {}),
    problems: verified.flatMap((image, i) => (image.problems.length > 0 ? [keptProblems(image, i)] : [])),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = digestBytes + magic.length + 4;
  const padded = concatBytes([text, new Uint8Array((4 - ((start + text.length) % 4)) % 4).fill(0x20)]);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, padded.length, true);
  const body = concatBytes([
    ...[size, padded],
    ...[verified.map(flagsOf), verified.map(({ width }) => width), verified.map(({ height }) => height), counts].map(
      (column) => bytesOf(Int32Array.from(column)),
    ),
    ...objects.map(({ classes }) => bytesOf(classes)),
    ...objects.map(({ boxes }) => bytesOf(boxes)),
    bytesOf(lengths),
    ...polygons.map(bytesOf),
    ...objects.flatMap(({ keypoints }) => (keypoints === undefined ? [] : [bytesOf(keypoints)])),
  ]);
  return concatBytes([magic, createHmac("sha256", key).update(body).digest(), body]);
}

function keptProblems({ path: image, problems }: VerifiedImage, index: number): [number, KeptProblem[]] {
  return [index, problems.map(({ path, ...problem }) => ({ ...problem, of: path === image ? "image" : "labels" }))];
}

function flagsOf(image: VerifiedImage): number {
  return flagNames.reduce((flags, name, bit) => flags | (image[name] ? 1 << bit : 0), 0);
}

function bytesOf(values: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The content of a cache file, or `undefined` when it is damaged, of another machine or version, or of other files. */
export function decodeVerified(
  bytes: Uint8Array,
  { hash, key, paths }: CacheIdentity & { paths: readonly string[] },
): VerifiedImage[] | undefined {
  const bodyAt = magic.length + digestBytes;
  if (bytes.length < bodyAt + 4 || !areEqual(bytes.subarray(0, magic.length), magic)) return undefined;
  const body = bytes.subarray(bodyAt);
  const signature = createHmac("sha256", key).update(body).digest();
  if (!areEqual(signature, bytes.subarray(magic.length, bodyAt))) return undefined;
  // From here on the bytes are what encodeVerified wrote
  const headerEnd = 4 + new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  const header = JSON.parse(textOf(body.subarray(4, headerEnd))) as Header;
  if (header.version !== formatVersion || header.byteOrder !== byteOrder) return undefined;
  if (header.hash !== hash || header.images !== paths.length) return undefined;
  return decodeArrays(body.subarray(headerEnd), { header, paths });
}

function decodeArrays(
  body: Uint8Array,
  { header, paths }: { header: Header; paths: readonly string[] },
): VerifiedImage[] {
  // A copy, since a view would need an aligned start
  const memory = Uint8Array.from(body).buffer;
  let at = 0;
  const next = (count: number): [ArrayBuffer, number, number] => {
    at += 4 * count;
    return [memory, at - 4 * count, count];
  };
  const column = (): Int32Array => new Int32Array(...next(header.images));
  const [flags, widths, heights, counts] = [column(), column(), column(), column()];
  const classes = new Int32Array(...next(header.objects));
  const boxes = new Float32Array(...next(4 * header.objects));
  const lengths = new Int32Array(...next(header.lengths));
  const polygons = { points: new Float32Array(...next(header.points)), ends: endsOf(lengths) };
  const table: ObjectTable = { classes, boxes, objectEnds: endsOf(counts) };
  if (header.lengths > 0) table.polygons = polygons;
  const { keypoints: step } = header;
  if (step !== undefined) table.keypoints = { points: new Float32Array(...next(step * header.objects)), step };
  const problems = new Map(header.problems);
  return paths.map((path, i) => {
    const has = (name: (typeof flagNames)[number]): boolean => ((flags[i] ?? 0) & (1 << flagNames.indexOf(name))) > 0;
    return {
      path,
      width: widths[i] ?? 0,
      height: heights[i] ?? 0,
      oriented: has("oriented"),
      objects: objectsAt(table, i),
      found: has("found"),
      empty: has("empty"),
      usable: has("usable"),
      problems: (problems.get(i) ?? []).map(({ of, ...problem }) => ({
        path: of === "image" ? path : labelPath(path),
        ...problem,
      })),
    };
  });
}

function endsOf(lengths: Int32Array): Int32Array {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return end;
  });
}

/** Needs the same time for all bytes that differ, so that nobody finds a signature by trying. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.reduce((difference, byte, i) => difference | (byte ^ (b[i] as number)), 0) === 0;
}

function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
