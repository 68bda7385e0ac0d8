/** Colors and weights that our own lines have: none hides text, as black, backgrounds and "conceal" do. */
const styles = new Set([
  "0",
  "1",
  "2",
  "3",
  "4",
  "22",
  "23",
  "24",
  "31",
  "32",
  "33",
  "34",
  "35",
  "36",
  "37",
  "39",
  "90",
]);

/**
 * Makes a text safe to print on a terminal: control characters, which can move the cursor, set the window's title or answer
 * for the person, and characters that reverse the direction of reading become visible (`\u001b`). Line breaks, tabs and
 * plain colors stay.
 *
 * Names of files and classes, and whatever a checkpoint says of itself, are written by others.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}\[(\d{1,2})m|[\p{Cc}\p{Bidi_C}]/gu, (match: string, style?: string) => {
    if (match === "\n" || match === "\t") return match;
    if (match.startsWith("\u001b") && style !== undefined && styles.has(style)) return match;
    return `\\u${match.charCodeAt(0).toString(16).padStart(4, "0")}${match.slice(1)}`;
  });
}
