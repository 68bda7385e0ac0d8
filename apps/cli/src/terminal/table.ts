/** Rows as aligned columns; texts to the left, numbers (as texts that start with a digit or minus) to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const isNumeric = header.map((_, i) => rows.length > 0 && rows.every((row) => /^[-\d–]/.test(row[i] ?? "")));
  return [header, ...rows].map((row) =>
    widths
      .map((width, i) => (isNumeric[i] ? (row[i] ?? "").padStart(width) : (row[i] ?? "").padEnd(width)))
      .join("  ")
      .trimEnd(),
  );
}
