import { crc32 } from "node:zlib";
import { LookonceError } from "@lookonce/errors";

/** A model of a thousand layers has some ten thousand storages. */
const maxEntries = 100_000;

const signatures = { end: "PK\x05\x06", directory: "PK\x01\x02", local: "PK\x03\x04" };

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
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (why: string): LookonceError => damagedZip(name, why);
  const places = new Map<string, Place>();
  for (const place of directory(buffer, name)) {
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
    if (!hasSignature(buffer, start, "local")) throw damaged(`${what} is missing`);
    const from = start + 30 + buffer.readUInt16LE(start + 26) + buffer.readUInt16LE(start + 28);
    if (from + size > bytes.length) throw damaged(`${what} is cut off`);
    const content = new Uint8Array(buffer.subarray(from, from + size));
    // Zero where PyTorch did not compute any (torch.serialization.set_crc32_options)
    if (checksum !== 0 && crc32(content) !== checksum) throw damaged(`${what} does not match its checksum`);
    return content;
  };
  return new Map([...places].map(([entry, place]) => [entry, { read: (what) => read(place, what) }]));
}

/** The entries by the directory at the archive's end. */
function* directory(buffer: Buffer, name: string): Generator<Place> {
  const broken = damagedZip(name, "the directory at its end is missing or broken");
  const at = buffer.lastIndexOf(signatures.end, undefined, "latin1");
  if (at < 0 || at + 22 > buffer.length) throw broken;
  let next = buffer.readUInt32LE(at + 16);
  const end = next + buffer.readUInt32LE(at + 12);
  if (end > at) throw broken;
  while (next < end) {
    if (next + 46 > end || !hasSignature(buffer, next, "directory")) throw broken;
    const size = buffer.readUInt32LE(next + 20);
    const length = buffer.readUInt16LE(next + 28);
    const start = buffer.readUInt32LE(next + 42);
    yield {
      entry: buffer.toString("utf8", next + 46, next + 46 + length),
      start,
      end: start + 30 + length + size,
      size,
      isStored: buffer.readUInt16LE(next + 10) === 0 && buffer.readUInt32LE(next + 24) === size,
      checksum: buffer.readUInt32LE(next + 16),
    };
    next += 46 + length + buffer.readUInt16LE(next + 30) + buffer.readUInt16LE(next + 32);
  }
}

function hasSignature(buffer: Buffer, at: number, kind: keyof typeof signatures): boolean {
  return at + 30 <= buffer.length && buffer.toString("latin1", at, at + 4) === signatures[kind];
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
