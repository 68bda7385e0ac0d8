import { nearest } from "@lookonce/errors";
import { basename, dirname, join, readdir, resolve } from "@lookonce/files";

/** Where a path that does not exist goes wrong, as a sentence with a space before it, or nothing to say. */
export async function nearestName(path: string): Promise<string> {
  const full = resolve(path);
  const parent = dirname(full);
  if (parent === full) return "";
  const names = await readdir(parent).catch(() => undefined);
  if (names === undefined) return nearestName(parent);
  const match = nearest(basename(full), names);
  if (match !== undefined) return ` Did you mean ${join(parent, match)}?`;
  const shown = names.filter((name) => !name.startsWith(".")).slice(0, 8);
  if (shown.length === 0) return ` ${parent} is empty.`;
  return ` ${parent} contains ${shown.join(", ")}${names.length > shown.length ? ", …" : ""}.`;
}
