import { compose, type Sample, type Transform } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";

/** The transforms that a module exports as its default: one function or a list. */
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

/** Applies the user's transforms; what goes wrong says on which image. */
export function applyTransforms(
  sample: Sample,
  transforms: readonly Transform[],
  { rng, path }: { rng: Random; path: string },
): Sample {
  let changed: Sample;
  try {
    changed = compose(...transforms)(sample, rng);
  } catch (error) {
    if (error instanceof LookonceError) throw error;
    const message = `a transform failed on ${path}: ${(error as Error).message}`;
    throw new LookonceError("ARGUMENT", message, { cause: error });
  }
  const fault = faultOf(changed);
  if (fault === undefined) return changed;
  throw new LookonceError("ARGUMENT", `the transforms returned ${fault} for ${path}: they must return a sample.`);
}

/** Why a value that a transform returned is no sample. */
function faultOf(value: Partial<Sample> | Promise<unknown> | undefined): string | undefined {
  if (value instanceof Promise) return "a promise (a transform is no async function)";
  if (value === undefined || value === null) return String(value);
  const { image, boxes, classes } = value;
  if (!(image?.data instanceof Uint8Array)) return "no image of bytes";
  const { data, width, height } = image;
  if (data.length !== width * height * 3) return `${data.length} bytes as an image of ${width} × ${height}`;
  if (!(boxes instanceof Float32Array && classes instanceof Int32Array))
    return "no Float32Array of boxes or no Int32Array of classes";
  return boxes.length === 4 * classes.length ? undefined : `${boxes.length / 4} boxes with ${classes.length} classes`;
}
