/** Names that Windows keeps for devices, whatever their ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A text as a name for a file or folder on any system: no separators, no control characters, not too long. */
export function fileName(text: string): string {
  const name = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what file names must not contain
    .replace(/[<>:"/\\|?*\u0000-\u001f\u007f]+/g, "_")
    .replace(/[. ]+$/, "")
    .replace(/^[. ]+/, "")
    .slice(0, 120);
  if (name === "") return "_";
  return reserved.test(name) ? `_${name}` : name;
}

/** A file's path without its ending; names that begin with a point have none. */
export function withoutEnding(path: string): string {
  return path.replace(/(?<=[^/])\.[^./]*$/, "");
}

/** Each part of a path as {@link fileName}, joined by `/`; parts that lead nowhere or up are left out. */
export function relativeName(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
  return parts.map(fileName).join("/") || "_";
}
