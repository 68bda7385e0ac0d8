import { LookonceError } from "@lookonce/errors";
import { crc32, textOf } from "@lookonce/files";
import { viewOf } from "../bytes.ts";

/** A model of a thousand layers has some ten thousand storages. */
const maxEntries = 100_000;

/** "PK" and two bytes, as little-endian numbers. */
const signatures = { end: 0x06054b50, directory: 0x02014b50, local: 0x04034b50 };

/** An entry of a zip archive. */
export interface ZipEntry {
  /** A copy of its content, whose checksum was compared. @param what what to call it in errors; by default its name */
  read: (what?: string) => Uint8Array;
}

interface Place {
  entry: string;
  /** Where its local header begins, and the least that it ends at: the local header may have further fields. */
  start: number;
  end: number;
  size: number;
  isStored: boolean;
  checksum: number;
}

/**
 * Lists a zip archive of up to 4 GiB, no entry over another, no name twice. Only stored entries can be read.
 *
 * @param name what to call the archive in errors
 * @throws LookonceError `FORMAT` when it is damaged; reading a compressed entry is `UNSUPPORTED`
 */
export function unzipStored(bytes: Uint8Array, name: string): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const damaged = (why: string): LookonceError => damagedZip(name, why);
  const places = new Map<string, Place>();
  for (const place of directory(bytes, name)) {
    if (places.has(place.entry)) throw damaged(`two entries are named ${quoted(place.entry)}`);
    if (places.size === maxEntries) throw damaged(`it has more than ${maxEntries} entries`);
    places.set(place.entry, place);
  }
  let end = 0;
  for (const place of [...places.values()].sort((a, b) => a.start - b.start)) {
    if (place.start < end) throw damaged(`entry ${quoted(place.entry)} lies over another`);
    end = place.end;
    if (end > bytes.length) throw damaged(`entry ${quoted(place.entry)} is cut off`);
  }
  const read = ({ entry, start, size, isStored, checksum }: Place, what = `entry ${quoted(entry)}`): Uint8Array => {
    if (!isStored) {
      const fault = "its zip entries are compressed, which torch.save never does";
      throw new LookonceError("UNSUPPORTED", `${name}: ${fault}; save the checkpoint again with torch.save`);
    }
    if (!hasSignature(view, start, "local")) throw damaged(`${what} is missing`);
    const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    if (from + size > bytes.length) throw damaged(`${what} is cut off`);
    const content = new Uint8Array(bytes.subarray(from, from + size));
    // Zero where PyTorch did not compute any (torch.serialization.set_crc32_options)
    if (checksum !== 0 && crc32(content) !== checksum) throw damaged(`${what} does not match its checksum`);
    return content;
  };
  return new Map([...places].map(([entry, place]) => [entry, { read: (what) => read(place, what) }]));
}

/** The entries by the directory at the archive's end. */
function* directory(bytes: Uint8Array, name: string): Generator<Place> {
  const broken = damagedZip(name, "the directory at its end is missing or broken");
  const view = viewOf(bytes);
  let at = bytes.lastIndexOf(0x50, bytes.length - 22);
  while (at > 0 && view.getUint32(at, true) !== signatures.end) at = bytes.lastIndexOf(0x50, at - 1);
  if (bytes.length < 22 || at < 0 || view.getUint32(at, true) !== signatures.end) throw broken;
  let next = view.getUint32(at + 16, true);
  const end = next + view.getUint32(at + 12, true);
  if (end > at) throw broken;
  while (next < end) {
    if (next + 46 > end || !hasSignature(view, next, "directory")) throw broken;
    const size = view.getUint32(next + 20, true);
    const length = view.getUint16(next + 28, true);
    const start = view.getUint32(next + 42, true);
    yield {
      entry: textOf(bytes.subarray(next + 46, next + 46 + length)),
      start,
      end: start + 30 + length + size,
      size,
      isStored: view.getUint16(next + 10, true) === 0 && view.getUint32(next + 24, true) === size,
      checksum: view.getUint32(next + 16, true),
    };
    next += 46 + length + view.getUint16(next + 30, true) + view.getUint16(next + 32, true);
  }
}

function hasSignature(view: DataView, at: number, kind: keyof typeof signatures): boolean {
  return at + 30 <= view.byteLength && view.getUint32(at, true) === signatures[kind];
}

function quoted(entry: string): string {
  return JSON.stringify(entry.slice(0, 200));
}

/** A `FORMAT` error for an archive that cannot be whole. */
export function damagedZip(name: string, why: string): LookonceError {
  return new LookonceError(
    "FORMAT",
    `${name}: the zip archive is truncated or damaged (${why}); the file is incomplete, download it again`,
  );
}
