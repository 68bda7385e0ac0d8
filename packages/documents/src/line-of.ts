/**
 * The line, from 1, of a YAML text that a key stands in: at the margin, or below a section's, whose own line it is where the
 * key does not begin one.
 *
 * @returns `undefined` where no line at the margin begins with the key
 */
export function lineOf(text: string, key: string, section?: string): number | undefined {
  const lines = text.split("\n");
  const find = (name: string, from: number, indent: string): number => {
    const form = new RegExp(`^${indent}["']?${name.replace(/[^\w-]/g, "\\$&")}["']?\\s*:`);
    return lines.findIndex((line, i) => i >= from && form.test(line));
  };
  if (section !== undefined) {
    const start = Math.max(0, find(section, 0, ""));
    return Math.max(start, find(key, start + 1, "\\s+")) + 1;
  }
  const index = find(key, 0, "");
  return index < 0 ? undefined : index + 1;
}
