import { LookonceError } from "@lookonce/errors";
import { openRegular } from "@lookonce/files";
import type { AsyncBuffer, ColumnMetaData, FileMetaData, SchemaTree } from "hyparquet";
import { asList, asTable, type JsonTable } from "../json-value.ts";
import { checkPages } from "./parquet-pages.ts";

/** Rows of a row group, and its bytes once decompressed: it is in memory as a whole. */
const maxRows = 1_000_000;
const maxBytes = 2 ** 30;

/** Numbers in a column of a row group, such as those of boxes. */
const maxValues = 50_000_000;

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
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  const metadata = await withFile(path, async (file) => {
    const footer = await parquetMetadataAsync(file, { geoparquet: false });
    checkColumns(footer, parquetSchema(footer));
    return footer;
  });
  const rows = metadata.row_groups.reduce((sum, { num_rows: count }) => sum + Number(count), 0);
  return { path, rows, names: namesOf(metadata), read: (options) => readGroups(path, metadata, options) };
}

/**
 * Checks that every row group has the columns of the schema, each once and in its order: the library reads others, too, and the failure of
 * one that no row needs would end the process.
 */
function checkColumns({ row_groups: groups }: FileMetaData, { children }: SchemaTree): void {
  const pathsOf = (node: SchemaTree): string[] =>
    node.children.length === 0 ? [node.path.join("\n")] : node.children.flatMap(pathsOf);
  const leaves = children.flatMap(pathsOf);
  const names = children.map(({ element }) => element.name);
  const isWhole = groups.every(({ columns: chunks }) => {
    const paths = chunks.map(({ meta_data: chunk }) => chunk?.path_in_schema.join("\n"));
    return paths.length === leaves.length && paths.every((path, i) => path === leaves[i]);
  });
  if (isWhole && new Set(names).size === names.length && new Set(leaves).size === leaves.length) return;
  throw new Error("its columns are not those of its schema");
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
    yield await withFile(path, async (file) => {
      for (const { meta_data: chunk } of all) {
        if (chunk === undefined || !wanted.includes(chunk.path_in_schema[0] ?? "")) continue;
        await checkChunk(file, chunk);
      }
      return parquetReadObjects({ file, metadata, columns: wanted, compressors, utf8: false, rowStart: from, rowEnd });
    });
    rowStart = rowEnd;
  }
}

/** Checks the pages of a column of a row group, where the library reads them. */
async function checkChunk(file: AsyncBuffer, chunk: ColumnMetaData): Promise<void> {
  const {
    dictionary_page_offset: dictionary,
    data_page_offset: data,
    num_values: count,
    total_compressed_size: size,
  } = chunk;
  const [from, values] = [Number(dictionary || data), Number(count)];
  if (!(values >= 0 && values <= maxValues))
    throw new Error(`the column ${chunk.path_in_schema.join(".")} has ${values} values`);
  const bytes = new Uint8Array(await file.slice(from, from + Number(size)));
  checkPages(bytes, { values, maxBytes });
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
