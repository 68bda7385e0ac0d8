import { LookonceError } from "@lookonce/errors";
import { isAbsolute, join } from "@lookonce/files";
import { glob, isDynamicPattern } from "tinyglobby";
import { isShown } from "./file-kinds.ts";

/** Whether a path is a pattern: `*`, `**`, `?`, `[ab]`, `{a,b}`. */
export function isPattern(path: string): boolean {
  return isDynamicPattern(withSlashes(path));
}

/**
 * Images and videos that a pattern matches, seen from a folder, and the part of the pattern before anything that may vary.
 * `**` stands for any number of folders; links to folders are followed, hidden files are left out.
 */
export async function matchPattern(pattern: string, cwd: string): Promise<{ base: string; files: string[] }> {
  const given = withSlashes(pattern);
  const form = { cwd, absolute: isAbsolute(given), expandDirectories: false };
  const matched = await glob(given, { ...form, onlyFiles: true });
  const files = matched.filter(isShown).sort();
  const seen = (path: string): string => (isAbsolute(given) ? path : join(cwd, path));
  if (files.length > 0) return { base: seen(fixedPart(given)), files: files.map(seen) };
  if (matched.length > 0) {
    throw new LookonceError(
      "NOT_FOUND",
      `${pattern} matches ${matched.length === 1 ? "a file" : `${matched.length} files`}, such as ${matched[0]}, but no image or video by its ending.`,
    );
  }
  const folders = await glob(given, { ...form, onlyDirectories: true });
  const hint = folders.length === 0 ? "Check the pattern and its folder." : `It matches folders: '${pattern}/*'.`;
  throw new LookonceError("NOT_FOUND", `No file matches ${pattern}. ${hint}`);
}

/** The folders of a pattern before the first part that may vary. */
function fixedPart(pattern: string): string {
  const parts = pattern.split("/");
  const varies = parts.findIndex((part) => isDynamicPattern(part));
  const fixed = parts.slice(0, varies === -1 ? parts.length - 1 : varies);
  return fixed.length === 0 ? "." : join(...(pattern.startsWith("/") ? ["/", ...fixed] : fixed));
}

/** Patterns are written with slashes; on Windows a path's backslashes are not escapes. */
function withSlashes(path: string): string {
  return process.platform === "win32" ? path.replaceAll("\\", "/") : path;
}
