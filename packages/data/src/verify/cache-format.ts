import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { labelPath } from "../labels.ts";
import type { DataProblem } from "../problem.ts";
import type { VerifiedImage } from "./verify-images.ts";

/** Counts up whenever the file's form or what verification finds changes; older files are then ignored. */
export const formatVersion = 1;

const magic = Buffer.from("LOOKONCE", "latin1");
const digestBytes = 32;

/** Bits of an image's flags. */
const bits = { usable: 1, found: 2, empty: 4, oriented: 8 } as const;

interface Header {
  version: number;
  byteOrder: string;
  hash: string;
  images: number;
  objects: number;
  /** Numbers in the list of polygons' lengths: one for each object, or none when no image has polygons. */
  lengths: number;
  points: number;
  /** Number of the image, problems. */
  problems: [number, KeptProblem[]][];
}

/** Paths are not kept, so that a data set that was moved finds its cache still right. */
type KeptProblem = Omit<DataProblem, "path"> & { of: "image" | "labels" };

/**
 * The cache file's bytes: `LOOKONCE`, SHA-256 of the rest, length of the header (uint32), the header (JSON), then
 * arrays in the machine's byte order: flags (uint32), widths, heights, objects of each image; classes; boxes (float32); polygons'
 * lengths; polygons' points (float32). The header is padded with spaces so that the arrays start at a multiple of 4.
 */
export function encodeVerified(verified: readonly VerifiedImage[], hash: string): Buffer {
  const objects = verified.map((image) => image.objects);
  const hasPolygons = objects.some(({ polygons }) => polygons !== undefined);
  const polygons = hasPolygons
    ? objects.flatMap((own) => own.polygons ?? Array.from(own.classes, () => new Float32Array(0)))
    : [];
  const counts = objects.map(({ classes }) => classes.length);
  const lengths = Int32Array.from(polygons, ({ length }) => length);
  const header: Header = {
    version: formatVersion,
    byteOrder: endianness(),
    hash,
    images: verified.length,
    objects: counts.reduce((a, b) => a + b, 0),
    lengths: lengths.length,
    points: lengths.reduce((a, b) => a + b, 0),
    problems: verified.flatMap((image, i) => (image.problems.length > 0 ? [keptProblems(image, i)] : [])),
  };
  const text = Buffer.from(JSON.stringify(header), "utf8");
  const start = digestBytes + magic.length + 4;
  const size = Buffer.alloc(4);
  const padded = Buffer.concat([text, Buffer.alloc((4 - ((start + text.length) % 4)) % 4, " ")]);
  size.writeUInt32LE(padded.length);
  const body = Buffer.concat([
    ...[size, padded],
    ...[verified.map(flagsOf), verified.map(({ width }) => width), verified.map(({ height }) => height), counts].map(
      (column) => bytesOf(Int32Array.from(column)),
    ),
    ...objects.map(({ classes }) => bytesOf(classes)),
    ...objects.map(({ boxes }) => bytesOf(boxes)),
    bytesOf(lengths),
    ...polygons.map(bytesOf),
  ]);
  return Buffer.concat([magic, createHash("sha256").update(body).digest(), body]);
}

function keptProblems({ path: image, problems }: VerifiedImage, index: number): [number, KeptProblem[]] {
  return [index, problems.map(({ path, ...problem }) => ({ ...problem, of: path === image ? "image" : "labels" }))];
}

function flagsOf({ usable, found, empty, oriented }: VerifiedImage): number {
  return (
    (usable ? bits.usable : 0) | (found ? bits.found : 0) | (empty ? bits.empty : 0) | (oriented ? bits.oriented : 0)
  );
}

function bytesOf(values: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The content of a cache file, or `undefined` when it is damaged, of another version or of other files. */
export function decodeVerified(
  bytes: Uint8Array,
  { hash, paths }: { hash: string; paths: readonly string[] },
): VerifiedImage[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyAt = magic.length + digestBytes;
  if (buffer.length < bodyAt + 4 || !buffer.subarray(0, magic.length).equals(magic)) return undefined;
  const body = buffer.subarray(bodyAt);
  if (!createHash("sha256").update(body).digest().equals(buffer.subarray(magic.length, bodyAt))) return undefined;
  // From here on the bytes are what encodeVerified wrote
  const headerEnd = 4 + body.readUInt32LE(0);
  const header = JSON.parse(body.toString("utf8", 4, headerEnd)) as Header;
  if (header.version !== formatVersion || header.byteOrder !== endianness()) return undefined;
  if (header.hash !== hash || header.images !== paths.length) return undefined;
  return decodeArrays(body.subarray(headerEnd), { header, paths });
}

/** Hands out arrays that lie one behind the other. */
class ArrayReader {
  readonly #memory: ArrayBuffer;
  #at = 0;

  constructor(body: Buffer) {
    // A copy, since a view would need an aligned start
    this.#memory = Uint8Array.from(body).buffer;
  }

  integers(count: number): Int32Array {
    this.#at += 4 * count;
    return new Int32Array(this.#memory, this.#at - 4 * count, count);
  }

  floats(count: number): Float32Array {
    this.#at += 4 * count;
    return new Float32Array(this.#memory, this.#at - 4 * count, count);
  }
}

function decodeArrays(body: Buffer, { header, paths }: { header: Header; paths: readonly string[] }): VerifiedImage[] {
  const reader = new ArrayReader(body);
  const integers = (): Int32Array => reader.integers(header.images);
  const [flags, widths, heights, counts] = [integers(), integers(), integers(), integers()];
  const takeObjects = objectsTaker(reader, header);
  const problems = new Map(header.problems);
  return paths.map((path, i) => {
    const flag = flags[i] ?? 0;
    return {
      path,
      width: widths[i] ?? 0,
      height: heights[i] ?? 0,
      oriented: (flag & bits.oriented) > 0,
      objects: takeObjects(counts[i] ?? 0),
      found: (flag & bits.found) > 0,
      empty: (flag & bits.empty) > 0,
      usable: (flag & bits.usable) > 0,
      problems: (problems.get(i) ?? []).map(({ of, ...problem }) => ({
        path: of === "image" ? path : labelPath(path),
        ...problem,
      })),
    };
  });
}

/**
 * Reads the next image's objects. Slices and no views: a view sent to another thread would copy the memory of all
 * images with it.
 */
function objectsTaker(reader: ArrayReader, header: Header): (count: number) => VerifiedImage["objects"] {
  const classes = reader.integers(header.objects);
  const boxes = reader.floats(4 * header.objects);
  const lengths = reader.integers(header.lengths);
  const points = reader.floats(header.points);
  let object = 0;
  let point = 0;
  return (count) => {
    const [from, to] = [object, object + count];
    object = to;
    const polygons = Array.from(lengths.subarray(from, to), (length) => {
      point += length;
      return points.slice(point - length, point);
    });
    return {
      classes: classes.slice(from, to),
      boxes: boxes.slice(4 * from, 4 * to),
      ...(polygons.some(({ length }) => length > 0) ? { polygons } : {}),
    };
  };
}
