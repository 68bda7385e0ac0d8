import { LookonceError } from "@lookonce/errors";
import { concatBytes, crc32 } from "@lookonce/files";

/** Bytes at which the content of every entry starts, so that PyTorch can map it into memory as it is. */
const alignment = 64;
/** Sizes and places are numbers of 32 bits in a plain archive. */
const largest = 0xffffffff;
const maxEntries = 0xffff;
/** 1 January 1980, the first day that the format knows: the same content becomes the same bytes. */
const date = 0x0021;

/**
 * A zip archive of stored entries, each at a multiple of 64 bytes, as `torch.save` writes them (padded by a field "FB").
 *
 * @throws LookonceError `UNSUPPORTED` above 4 GiB or 65,535 entries
 */
export function zipStored(entries: readonly (readonly [name: string, data: Uint8Array])[]): Uint8Array[] {
  const total = entries.reduce((sum, [name, data]) => sum + data.length + 2 * name.length + 256, 0);
  if (total > largest || entries.length > maxEntries) {
    const what = `${entries.length} entries of together ${total} bytes`;
    throw new LookonceError("UNSUPPORTED", `${what} are too much for a .pt file: write .safetensors.`);
  }
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, data] of entries) {
    const path = new TextEncoder().encode(name);
    // Flags (names are UTF-8), method, time, date, checksum, both sizes, length of the name
    const about = numbers([2, 0x0800], [4, 0], [2, date], [4, crc32(data)], [4, data.length], [4, data.length]);
    const fields = [about, numbers([2, path.length])];
    const padding = (alignment - ((offset + 30 + path.length + 4) % alignment)) % alignment;
    const extra = [numbers([2, 0x4246], [2, padding]), new Uint8Array(padding).fill(0x5a)];
    // Signature, versions; at the end lengths of extra fields and comment, attributes, where the entry begins
    directory.push(numbers([4, 0x02014b50], [4, 0]), ...fields, numbers([6, 0], [6, 0], [4, offset]), path);
    const start = [numbers([4, 0x04034b50], [2, 0]), ...fields, numbers([2, 4 + padding]), path, ...extra];
    parts.push(...start, data);
    offset = start.reduce((sum, part) => sum + part.length, offset) + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const counts = numbers([2, entries.length], [2, entries.length], [4, size], [4, offset], [2, 0]);
  return [...parts, ...directory, numbers([4, 0x06054b50], [4, 0]), counts];
}

/** Little-endian numbers, each of so many bytes. */
function numbers(...fields: readonly [bytes: number, value: number][]): Uint8Array {
  return concatBytes(
    fields.map(([bytes, value]) =>
      Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256),
    ),
  );
}
