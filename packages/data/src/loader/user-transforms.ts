import { compose, type Sample, type Transform } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";

/**
 * The transforms that a module exports as its default: one function or a list.
 *
 * @throws LookonceError `NOT_FOUND` or `ARGUMENT` when the module cannot be loaded or exports something else
 */
export async function importTransforms(address: string): Promise<Transform[]> {
  let module: { default?: unknown };
  try {
    module = await import(address);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    const message = `cannot load the transforms ${address}: ${(cause as Error).message}`;
    throw new LookonceError(missing ? "NOT_FOUND" : "ARGUMENT", message, { cause });
  }
  const exported = Array.isArray(module.default) ? module.default : [module.default];
  const wrong = exported.findIndex((item) => typeof item !== "function");
  if (wrong < 0) return exported;
  throw new LookonceError(
    "ARGUMENT",
    `${address}: expected a function (sample, rng) => sample or a list of them as the default export; item ${wrong} is ${typeof exported[wrong]}.`,
  );
}

/** Applies the user's transforms; what they throw says on which picture. */
export function applyTransforms(
  sample: Sample,
  transforms: readonly Transform[],
  { rng, path }: { rng: Random; path: string },
): Sample {
  try {
    return compose(...transforms)(sample, rng);
  } catch (error) {
    if (error instanceof LookonceError) throw error;
    const message = `a transform failed on ${path}: ${(error as Error).message}`;
    throw new LookonceError("ARGUMENT", message, { cause: error });
  }
}
