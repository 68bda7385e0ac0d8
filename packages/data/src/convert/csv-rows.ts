import { LookonceError } from "@lookonce/errors";
import { readTexts } from "./read-pieces.ts";

/** Characters of one row; those of Open Images have 200. */
const maxCharacters = 100_000;

/**
 * Reads the rows of a CSV file of any size (RFC 4180: quoted cells may contain commas, quotes and line breaks), those that end in a
 * megabyte at a time.
 *
 * @throws LookonceError `NOT_FOUND` without the file, `FORMAT` for a row without end, `IO`
 */
export async function* csvRows(file: string): AsyncGenerator<{ rows: string[][]; done: number; total: number }> {
  let rest = "";
  for await (const { text, done, total } of readTexts(file)) {
    const lines = wholeRows(rest + text.replaceAll("\r\n", "\n"));
    rest = lines.pop() ?? "";
    if (rest.length > maxCharacters) {
      throw new LookonceError(
        "FORMAT",
        `${file}: a row has more than ${maxCharacters} characters: a quote is not closed.`,
      );
    }
    yield { rows: lines.filter((line) => line !== "").map(cellsOf), done, total };
  }
  if (rest !== "") yield { rows: [cellsOf(rest)], done: 1, total: 1 };
}

/** The text at its line breaks, but for those within quotes; the last part may go on. */
function wholeRows(text: string): string[] {
  if (!text.includes('"')) return text.split("\n");
  const rows: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"') isQuoted = !isQuoted;
    if (letter !== "\n" || isQuoted) continue;
    rows.push(text.slice(start, i));
    start = i + 1;
  }
  return [...rows, text.slice(start)];
}

function cellsOf(row: string): string[] {
  if (!row.includes('"')) return row.split(",");
  const cells = row.match(/(?<=^|,)("(?:[^"]|"")*"|[^,]*)/g) ?? [];
  return cells.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

/** A cell as it stands in CSV. */
export function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
