/** What the footer says of the data of a column in a row group. */
export interface ColumnChunk {
  /** Its number of values. */
  values: number;
  /** Bytes that its pages may have once decompressed. */
  maxBytes: number;
}

/** A number, or the fields of a struct by their numbers; `undefined` for everything else. */
type Field = number | ReadonlyMap<number, Field> | undefined;

/** Structs within each other; page headers have three. */
const maxDepth = 8;

const pageKinds = { data: 0, dictionary: 2, dataV2: 3 } as const;

/** Encodings have numbers up to this one. */
const lastEncoding = 9;

/**
 * Checks the headers of all pages of a column chunk (https://parquet.apache.org/docs/file-format/data-pages): that they have what they
 * must, fit the chunk, and have as many values as it. The decoder believes them, and may not end otherwise.
 *
 * @throws Error saying what is wrong
 */
export function checkPages(chunk: Uint8Array, { values, maxBytes }: ColumnChunk): void {
  const reader = new HeaderReader(chunk);
  let [found, bytes] = [0, 0];
  while (reader.at < chunk.length) {
    const header = reader.struct();
    const [kind, size, compressed] = [1, 2, 3].map((field) => count(header.get(field), maxBytes));
    if (kind === undefined || size === undefined || compressed === undefined) throw wrong("page header");
    bytes += size;
    if (compressed > chunk.length - reader.at || bytes > maxBytes) throw wrong("page size");
    found += valuesOf(header, { kind, size, compressed, values });
    reader.at += compressed;
  }
  if (found !== values) throw wrong("number of values");
}

/** The number of values of a page; 0 of a dictionary. */
function valuesOf(
  header: ReadonlyMap<number, Field>,
  { kind, size, compressed, values }: { kind: number; size: number; compressed: number; values: number },
): number {
  const of = (field: number, inner: number, most: number): number => {
    const struct = header.get(field);
    const value = struct instanceof Map ? count(struct.get(inner), most) : undefined;
    if (value === undefined) throw wrong("page header");
    return value;
  };
  if (kind === pageKinds.dictionary) {
    of(7, 2, lastEncoding);
    // A value of a dictionary has at least a bit
    of(7, 1, 8 * size);
    return 0;
  }
  if (kind === pageKinds.data) {
    for (const encoding of [2, 3, 4]) of(5, encoding, lastEncoding);
    return of(5, 1, values);
  }
  if (kind !== pageKinds.dataV2) throw wrong("kind of page");
  const own = of(8, 1, values);
  for (const part of [2, 3]) of(8, part, own);
  of(8, 4, lastEncoding);
  const most = Math.min(size, compressed);
  if (of(8, 5, most) + of(8, 6, most) > most) throw wrong("length of levels");
  return own;
}

function count(value: Field, most: number): number | undefined {
  return typeof value === "number" && value >= 0 && value <= most ? value : undefined;
}

function wrong(what: string): Error {
  return new Error(`a page has a wrong ${what}`);
}

/** Reads structs in Thrift's compact protocol. */
class HeaderReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth = 0): Map<number, Field> {
    if (depth === maxDepth) throw wrong("page header");
    const fields = new Map<number, Field>();
    for (let id = 0; ; ) {
      const byte = this.#byte();
      if (byte === 0) return fields;
      const delta = byte >> 4;
      id = delta === 0 ? this.#signed() : id + delta;
      fields.set(id, this.#value(byte & 15, depth));
    }
  }

  #value(type: number, depth: number): Field {
    // Booleans are in the type
    if (type === 1 || type === 2) return undefined;
    if (type === 3) return this.#byte();
    if (type >= 4 && type <= 6) return this.#signed();
    if (type === 7) return this.#skip(8);
    if (type === 8) return this.#skip(this.#unsigned());
    if (type === 12) return this.struct(depth + 1);
    // Page headers have no lists, sets and maps
    throw wrong("page header");
  }

  #skip(length: number): undefined {
    if (length > this.#bytes.length - this.at) throw wrong("page header");
    this.at += length;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw wrong("page header");
    return byte;
  }

  #unsigned(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    // Longer ones are statistics, whose values nobody needs
    while (this.#byte() >= 128);
    return Number.MAX_SAFE_INTEGER;
  }

  #signed(): number {
    const value = this.#unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
