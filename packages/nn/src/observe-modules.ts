import type { Module } from "./module.ts";

/** What modules are computed by: `forward`, and `decode` of a head. */
const computing = ["forward", "decode"] as const;

/**
 * Runs a computation and reports every module of the tree that takes part in it, when it begins and when it is done.
 *
 * @param enter called with the path of a module (`model.0.conv`, empty for the module itself) before it computes; what it
 *   returns is called afterwards, also when computing fails
 */
export function observeModules<T>(module: Module, enter: (path: string) => () => void, run: () => T): T {
  const observed: [object, string][] = [];
  const seen = new Set<Module>();
  for (const [path, part] of module.namedModules()) {
    // A module that the tree contains twice goes by its first path.
    if (seen.has(part)) continue;
    seen.add(part);
    for (const key of computing) {
      const original: unknown = Reflect.get(part, key);
      if (typeof original !== "function") continue;
      const value = (...args: unknown[]): unknown => {
        const leave = enter(path);
        try {
          return Reflect.apply(original, part, args);
        } finally {
          leave();
        }
      };
      // Hides the method of the class until it is deleted.
      Object.defineProperty(part, key, { value, configurable: true });
      observed.push([part, key]);
    }
  }
  try {
    return run();
  } finally {
    for (const [part, key] of observed) Reflect.deleteProperty(part, key);
  }
}
