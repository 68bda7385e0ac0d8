import type { Picture } from "@lookonce/augment";
import type { LookonceError } from "@lookonce/errors";
import type { Detector } from "../detector/detector.ts";
import { Results } from "../results.ts";
import type { SourceItem } from "../sources/source.ts";
import type { SettledDetectOptions } from "./detect-options.ts";
import { type Detected, detectPrepared } from "./detect-prepared.ts";
import type { PreparedPicture } from "./prepare-picture.ts";

/** What a picture's results are called after. */
export type ItemName = Omit<SourceItem, "content" | "name"> & { name?: string };

/** A picture that has been looked at elsewhere, or is ready to be, or could not be read. */
export type BegunPicture = { item: ItemName } & (
  | { picture: Picture; detected: Detected }
  | { prepared: PreparedPicture }
  | { error: LookonceError }
);

/**
 * Looks at those pictures that are only prepared, and makes results of all.
 *
 * @param options for all pictures, or for each
 */
export async function finishPictures(
  detector: Detector,
  begun: readonly BegunPicture[],
  options: SettledDetectOptions | readonly SettledDetectOptions[],
): Promise<(Results | { path: string; error: LookonceError })[]> {
  const left = begun.flatMap((each, i) => ("prepared" in each ? [{ i, prepared: each.prepared }] : []));
  const detected = await detectPrepared(
    detector,
    left.map(({ prepared }) => prepared),
    left.map(({ i }) => (isEach(options) ? (options[i] as SettledDetectOptions) : options)),
  );
  const places = new Map(left.map(({ i }, at) => [i, detected[at] as Detected]));
  return begun.map((each, i) => {
    if ("error" in each) return { path: each.item.path, error: each.error };
    const found = "prepared" in each ? (places.get(i) as Detected) : each.detected;
    const picture = "prepared" in each ? each.prepared.picture : each.picture;
    return new Results({ ...each.item, picture, ...found, names: detector.names });
  });
}

function isEach(
  options: SettledDetectOptions | readonly SettledDetectOptions[],
): options is readonly SettledDetectOptions[] {
  return Array.isArray(options);
}
