import { existsSync, realpathSync, statSync } from "node:fs";
import { extname, isAbsolute, join, relative, resolve, sep } from "node:path";

/**
 * The real path of a file or folder inside a root, or `undefined` when there is none or it lies elsewhere: by `..`, as an
 * absolute path, or behind a symbolic link.
 *
 * @param root an existing folder
 * @param name relative to the root, or absolute
 */
export function confine(root: string, name: string): string | undefined {
  if (name === "" || name.includes("\0") || !existsSync(root)) return undefined;
  const path = resolve(root, name);
  if (!isInside(resolve(root), path) && !isInside(realpathSync(root), path)) return undefined;
  if (!existsSync(path)) return undefined;
  const real = realpathSync(path);
  return isInside(realpathSync(root), real) ? real : undefined;
}

/** The real path of a file in the first of several roots that has one, by its name with or without its ending. */
export function confineFile(roots: readonly string[], name: string, endings: readonly string[]): string | undefined {
  for (const candidate of [name, ...endings.map((ending) => `${name}${ending}`)]) {
    const found = roots.map((root) => confine(root, candidate)).find((path) => path !== undefined);
    if (found !== undefined && endings.includes(extname(found)) && statSync(found).isFile()) return found;
  }
  return undefined;
}

/** A path below a root with `/` between its parts, as addresses have it. */
export function nameBelow(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}

/** A text for people outside the machine: without the roots that paths in it begin with. */
export function withoutRoots(text: string, roots: readonly string[]): string {
  const known = roots.flatMap((root) => (existsSync(root) ? [resolve(root), realpathSync(root)] : [resolve(root)]));
  const longestFirst = [...new Set(known)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, root) => rest.replaceAll(join(root, sep), ""), text);
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
