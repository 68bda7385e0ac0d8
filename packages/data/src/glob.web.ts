import { join, readdir, relative, resolve } from "@lookonce/files";

/** Whether a path is a pattern: `*`, `**`, `?`, `[ab]`, `{a,b}`. */
export function isDynamicPattern(path: string): boolean {
  return /[*?]|\[.+\]|\{.+\}/.test(path);
}

/** Absolute paths of the files and folders below `cwd` that a pattern matches; hidden ones only where it names them. */
export async function glob(pattern: string, { cwd }: { cwd: string }): Promise<string[]> {
  const path = resolve(cwd, pattern);
  const parts = path.split("/");
  const base = parts.slice(0, parts.findIndex(isDynamicPattern)).join("/") || "/";
  const rule = new RegExp(`^${ruleOf(relative(base, path))}$`);
  const entries = await readdir(base, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries.map((entry) => relative(base, join(entry.parentPath, entry.name)));
  return names.filter((name) => rule.test(name)).map((name) => join(base, name));
}

/** The regular expression of a pattern. */
function ruleOf(pattern: string): string {
  const token =
    /(?<below>\/\*\*$)|(?<deep>\*\*\/)|(?<all>\*\*)|(?<any>\*)|(?<one>\?)|\[(?<not>!?)(?<set>[^\]]+)\]|\{(?<choice>[^}]*)\}|[\s\S]/g;
  return pattern.replace(token, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    const at = rest.at(-3) as number;
    // A name that begins with a dot is hidden
    const visible = at === 0 || pattern[at - 1] === "/" ? "(?!\\.)" : "";
    if (groups.below !== undefined) return "(?:/(?!\\.)[^/]+)*";
    if (groups.deep !== undefined) return "(?:(?!\\.)[^/]+/)*";
    if (groups.all !== undefined) return `${visible}[^/]*(?:/(?!\\.)[^/]+)*`;
    if (groups.any !== undefined) return `${visible}[^/]*`;
    if (groups.one !== undefined) return `${visible}[^/]`;
    if (groups.set !== undefined) return `[${groups.not ? "^" : ""}${groups.set.replaceAll("\\", "\\\\")}]`;
    if (groups.choice !== undefined) return `(?:${groups.choice.split(",").map(ruleOf).join("|")})`;
    return whole.replace(/[.+^$()|\\]/, "\\$&");
  });
}
