/**
 * Rows as aligned columns, whose cells may have several lines. `align` has `<` for left or `>` for right for each column;
 * without it, columns of numbers (texts that start with a digit or minus) go to the right.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { align }: { align?: string } = {},
): string[] {
  const widths = header.map((title, i) =>
    rows
      .flatMap((row) => (row[i] ?? "").split("\n"))
      .reduce((most, { length }) => Math.max(most, length), title.length),
  );
  const isNumeric = (i: number): boolean => rows.length > 0 && rows.every((row) => /^[-\d–]/.test(row[i] ?? ""));
  const isRight = header.map((_, i) => (align === undefined ? isNumeric(i) : align[i] === ">"));
  return [header, ...rows].flatMap((row) => {
    const cells = header.map((_, i) => (row[i] ?? "").split("\n"));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .map((width, i) => {
          const text = cells[i]?.[line] ?? "";
          return isRight[i] ? text.padStart(width) : text.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    );
  });
}
