import { LookonceError } from "@lookonce/errors";
import { openRegular } from "@lookonce/files";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { asList, asTable, type JsonTable } from "../json-value.ts";

/** Rows of a row group, and its bytes once decompressed: it is in memory as a whole. */
const maxRows = 1_000_000;
const maxBytes = 2 ** 30;

/** The columns that rows need; a data set may have others. */
const columns = ["image", "img", "file_name", "image_id", "id", "width", "height", "objects"];

/** A Parquet file whose footer was read. */
export interface ParquetFile {
  path: string;
  rows: number;
  /** Names of the classes by number, of the data set's features. */
  names: readonly string[] | undefined;
  /** Reads the rows, a row group at a time. */
  read(options: { withImages: boolean }): AsyncGenerator<JsonTable[]>;
}

/**
 * Opens a Parquet file.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `IO`
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const metadata = await withFile(path, (file) => parquetMetadataAsync(file, { geoparquet: false }));
  const rows = metadata.row_groups.reduce((sum, { num_rows: count }) => sum + Number(count), 0);
  return { path, rows, names: namesOf(metadata), read: (options) => readGroups(path, metadata, options) };
}

async function* readGroups(
  path: string,
  metadata: FileMetaData,
  { withImages }: { withImages: boolean },
): AsyncGenerator<JsonTable[]> {
  const { parquetReadObjects } = await import("hyparquet");
  const compressors = await limitedCompressors();
  const present = new Set(
    metadata.row_groups.flatMap(({ columns: all }) => all.map((one) => one.meta_data?.path_in_schema[0])),
  );
  const wanted = columns.filter((name) => present.has(name) && (withImages || name === "objects"));
  if (!present.has("objects")) {
    throw new LookonceError(
      "FORMAT",
      `${path} has no column "objects"; expected image and objects with bbox and category.`,
    );
  }
  let rowStart = 0;
  for (const [i, { num_rows: count, columns: all }] of metadata.row_groups.entries()) {
    const bytes = all
      .filter((one) => wanted.includes(one.meta_data?.path_in_schema[0] ?? ""))
      .reduce((sum, one) => sum + Number(one.meta_data?.total_uncompressed_size ?? 0), 0);
    if (!(Number(count) >= 0 && Number(count) <= maxRows && bytes <= maxBytes)) {
      const what = `row group ${i + 1} has ${count} rows and ${bytes} bytes`;
      throw new LookonceError("FORMAT", `${path}: ${what}; at most ${maxRows} rows and ${maxBytes} bytes are read.`);
    }
    const rowEnd = rowStart + Number(count);
    const from = rowStart;
    yield await withFile(path, (file) =>
      parquetReadObjects({ file, metadata, columns: wanted, compressors, utf8: false, rowStart: from, rowEnd }),
    );
    rowStart = rowEnd;
  }
}

/** Decompressors that refuse pages which claim more than a row group may have. */
async function limitedCompressors(): Promise<Record<string, (input: Uint8Array, length: number) => Uint8Array>> {
  const { compressors } = await import("hyparquet-compressors");
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, decompress]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        if (!(length >= 0 && length <= maxBytes)) throw new Error(`a page claims ${length} bytes`);
        return decompress(input, length);
      },
    ]),
  );
}

/** Reads from an open file; whatever a damaged one leads to is a `FORMAT` error. */
async function withFile<T>(path: string, read: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const handle = await openRegular(path, { what: "Parquet file", maxBytes: Number.MAX_SAFE_INTEGER });
  try {
    const { size } = await handle.stat();
    return await read({
      byteLength: size,
      async slice(start, end = size) {
        const [from, to] = [Math.max(0, start), Math.min(size, end)];
        if (!(to >= from)) throw new Error(`bytes ${start} to ${end} are not in the file`);
        const bytes = new Uint8Array(to - from);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
        if (bytesRead < bytes.length) throw new Error("the file ends too early");
        return bytes.buffer;
      },
    });
  } catch (cause) {
    if (cause instanceof LookonceError) throw cause;
    const reason = String((cause as Error).message ?? cause).slice(0, 200);
    throw new LookonceError("FORMAT", `${path} is no Parquet file that can be read: ${reason}.`, { cause });
  } finally {
    await handle.close();
  }
}

/** The names of the first `ClassLabel` in the features of `objects`, which the library `datasets` leaves in the file. */
function namesOf({ key_value_metadata: pairs = [] }: FileMetaData): readonly string[] | undefined {
  const text = pairs.find(({ key }) => key === "huggingface")?.value;
  if (typeof text !== "string" || text.length > maxRows) return undefined;
  try {
    return classNamesIn(asTable(asTable(asTable(JSON.parse(text)).info).features).objects, 8);
  } catch {
    return undefined;
  }
}

function classNamesIn(feature: unknown, depth: number): readonly string[] | undefined {
  if (typeof feature !== "object" || feature === null || depth === 0) return undefined;
  const { _type: type, names } = asTable(feature);
  if (type === "ClassLabel" && Array.isArray(names)) return asList(names).map(String);
  for (const part of Object.values(feature)) {
    const found = classNamesIn(part, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
