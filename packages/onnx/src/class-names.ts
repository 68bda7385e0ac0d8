/** Formats class names as in the metadata of exported YOLO models: a Python dictionary, `{0: 'person', 1: 'bicycle'}`. */
export function formatClassNames(names: readonly string[]): string {
  return `{${names.map((name, i) => `${i}: ${quote(name)}`).join(", ")}}`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`);
  return `${mark}${escaped.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")}${mark}`;
}

const entry = /["']?(\d+)["']?\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gy;

/** Parses what {@link formatClassNames} writes, or a JSON object or list of names; returns `undefined` for anything else. */
export function parseClassNames(text: string): string[] | undefined {
  const json = parseJson(text);
  if (json !== undefined) return json;
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const names: string[] = [];
  entry.lastIndex = 0;
  let at = skipSeparator(inner, 0);
  while (at < inner.length) {
    entry.lastIndex = at;
    const match = entry.exec(inner);
    if (match === null || Number(match[1]) !== names.length) return undefined;
    names.push(unescapeName(match[2] ?? match[3] ?? ""));
    at = skipSeparator(inner, entry.lastIndex);
  }
  return names;
}

function parseJson(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const names = Array.isArray(value) ? value : Object.values(value);
    return names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    // not JSON: most likely the Python form
    return undefined;
  }
}

function skipSeparator(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\s,]/.test(text[at] as string)) at++;
  return at;
}

const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Python's escapes: `\n`, `\'`, `\xe4`, `\u00e4` … */
function unescapeName(text: string): string {
  return text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gis, (_, byte?: string, unit?: string, other?: string) => {
    const code = byte ?? unit;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return controls[other as string] ?? (other as string);
  });
}
