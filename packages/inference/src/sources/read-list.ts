import { LookonceError } from "@lookonce/errors";
import { extname, readRegular, textOf } from "@lookonce/files";

/** Heads of the first column that lists written by other programs have. */
const heads = new Set(["file", "filename", "image", "image_path", "path", "source", "url"]);

/** Millions of paths; a text of more cannot be split in good time. */
const maxBytes = 2 ** 28;

/**
 * The entries of a list file: a path, an address or a pattern a line, empty lines and those that begin with `#` left out. Of
 * a `.csv` file it is the first column, without its head.
 */
export async function readList(path: string): Promise<string[]> {
  const text = textOf(await readRegular(path, { what: "list of images", maxBytes }));
  if (text.includes("\u0000")) throw new LookonceError("FORMAT", `${path} is no list: it is not a text file.`);
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const entries = extname(path).toLowerCase() === ".csv" ? firstColumn(lines) : lines;
  if (entries.length > 0) return entries;
  throw new LookonceError("FORMAT", `The list ${path} is empty; expected a path, an address or a pattern a line.`);
}

function firstColumn(lines: readonly string[]): string[] {
  const fields = lines.map(firstField).filter((field) => field !== "");
  return heads.has(fields[0]?.toLowerCase() ?? "") ? fields.slice(1) : fields;
}

/** The first field of a line, perhaps in quotes, in which two stand for one (RFC 4180). */
function firstField(line: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(line);
  if (quoted !== null) return (quoted[1] as string).replaceAll('""', '"').trim();
  return (line.split(/[,;\t]/, 1)[0] as string).trim();
}
