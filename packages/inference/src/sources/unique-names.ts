import type { Origin } from "./origin.ts";

/** The same origins, those whose names were taken with a number before the ending: `a.jpg`, `a-2.jpg`. */
export function uniqueNames(origins: readonly Origin[]): Origin[] {
  const used = new Map<string, number>();
  return origins.map((origin) => {
    // Some file systems take names of other case for the same
    const key = stem(origin.name).toLowerCase();
    const times = (used.get(key) ?? 0) + 1;
    used.set(key, times);
    if (times === 1) return origin;
    const name = `${stem(origin.name)}-${times}${origin.name.slice(stem(origin.name).length)}`;
    used.set(stem(name).toLowerCase(), 1);
    return { ...origin, name };
  });
}

/** A name without its ending. */
function stem(name: string): string {
  return name.replace(/(?<=[^/])\.[^./]*$/, "");
}
