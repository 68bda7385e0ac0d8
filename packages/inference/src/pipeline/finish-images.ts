import type { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { Detector } from "../detector/detector.ts";
import { Results } from "../results.ts";
import type { SourceItem } from "../sources/source.ts";
import type { SettledDetectOptions } from "./detect-options.ts";
import { type Detected, detectPrepared } from "./detect-prepared.ts";
import type { PreparedImage } from "./prepare-image.ts";

/** What an image's results are called after. */
export type ItemName = Omit<SourceItem, "content" | "name"> & { name?: string };

/** An image that has been looked at elsewhere, or is ready to be, or could not be read. */
export type BegunImage = { item: ItemName } & (
  | { image: Image; detected: Detected }
  | { prepared: PreparedImage }
  | { error: LookonceError }
);

/**
 * Looks at those images that are only prepared, and makes results of all.
 *
 * @param options for all images, or for each
 */
export async function finishImages(
  detector: Detector,
  begun: readonly BegunImage[],
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
    const image = "prepared" in each ? each.prepared.image : each.image;
    return new Results({ ...each.item, image, ...found, names: detector.names });
  });
}

function isEach(
  options: SettledDetectOptions | readonly SettledDetectOptions[],
): options is readonly SettledDetectOptions[] {
  return Array.isArray(options);
}
