import type { Image } from "@lookonce/image";
import { openDataset } from "../open-dataset.ts";

/** As many images as ranges are learned from: more change them little. */
const usual = 300;

/** Options of {@link calibrationImages}. */
export interface CalibrationOptions {
  /** Share of the images that is taken. Default: at most 300 of all. */
  fraction?: number | undefined;
  log: (line: string) => void;
}

/**
 * Images of a data set's training split, or, where it has none, of the one to validate on, one after the other. They are
 * spread over the whole split.
 *
 * @throws LookonceError when the data set cannot be used
 */
export async function* calibrationImages(
  data: string,
  { fraction, log }: CalibrationOptions,
): AsyncGenerator<Image, void, undefined> {
  const { readDatasetConfig } = await import("@lookonce/data");
  const { readImage } = await import("@lookonce/image");
  const { splits } = await readDatasetConfig(data);
  const { entries } = await openDataset(data, { split: splits.train === undefined ? "val" : "train", log });
  const share = fraction === undefined ? Math.min(usual, entries.length) : Math.ceil(fraction * entries.length);
  const count = Math.max(1, Math.min(share, entries.length));
  for (let i = 0; i < count; i++) {
    const entry = entries[Math.floor((i * entries.length) / count)];
    if (entry !== undefined) yield await readImage(entry.path);
  }
}
