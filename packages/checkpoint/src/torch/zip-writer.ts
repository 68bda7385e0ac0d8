import { crc32 } from "node:zlib";
import { LookonceError } from "@lookonce/errors";

/** A file of an archive. */
export interface ZipEntry {
  name: string;
  data: Uint8Array;
}

/** Bytes at which the content of every entry starts, so that PyTorch can map it into memory as it is. */
const alignment = 64;
/** Sizes and places are numbers of 32 bits in a plain archive. */
const largest = 0xffffffff;
const maxEntries = 0xffff;
const localSize = 30;
const centralSize = 46;
/** 1 January 1980, the first day that the format knows: the same content becomes the same bytes. */
const date = 0x0021;

/**
 * A zip archive of entries that are stored as they are, each at a multiple of 64 bytes, as `torch.save` writes them: padding
 * is an extra field of the kind "FB".
 *
 * @throws LookonceError `UNSUPPORTED` above 4 GiB or 65,535 entries
 */
export function zipStored(entries: readonly ZipEntry[]): Uint8Array[] {
  const total = entries.reduce((sum, { name, data }) => sum + data.length + 2 * name.length + 256, 0);
  if (total > largest || entries.length > maxEntries) {
    throw new LookonceError(
      "UNSUPPORTED",
      `${entries.length} entries of together ${total} bytes are too much for a .pt file: write .safetensors.`,
    );
  }
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const path = new TextEncoder().encode(name);
    const fields = { path, size: data.length, sum: crc32(data) };
    const header = localHeader(fields, offset);
    directory.push(centralHeader(fields, offset));
    parts.push(header, data);
    offset += header.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  return [...parts, ...directory, endRecord({ count: entries.length, size, offset })];
}

interface Fields {
  path: Uint8Array;
  size: number;
  sum: number;
}

function localHeader(fields: Fields, offset: number): Uint8Array {
  const start = offset + localSize + fields.path.length + 4;
  const padding = (alignment - (start % alignment)) % alignment;
  const header = new Uint8Array(localSize + fields.path.length + 4 + padding);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  describe(view, 4, fields);
  view.setUint16(28, 4 + padding, true);
  header.set(fields.path, localSize);
  const extra = localSize + fields.path.length;
  header.set([0x46, 0x42], extra);
  view.setUint16(extra + 2, padding, true);
  header.fill(0x5a, extra + 4);
  return header;
}

function centralHeader(fields: Fields, offset: number): Uint8Array {
  const header = new Uint8Array(centralSize + fields.path.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x02014b50, true);
  describe(view, 6, fields);
  view.setUint32(42, offset, true);
  header.set(fields.path, centralSize);
  return header;
}

/** What both headers say of an entry; 2 before it, the central one also names the version that made it. */
function describe(view: DataView, at: number, { path, size, sum }: Fields): void {
  // Names are UTF-8.
  view.setUint16(at + 2, 0x0800, true);
  view.setUint16(at + 8, date, true);
  view.setUint32(at + 10, sum, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, path.length, true);
}

function endRecord({ count, size, offset }: { count: number; size: number; offset: number }): Uint8Array {
  const record = new Uint8Array(22);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return record;
}
