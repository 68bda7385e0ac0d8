import type { Image } from "@lookonce/image";
import { openDataset } from "../open-dataset.ts";

/** As many images as ranges are learned from: more change them little. */
const usual = 300;

/** Images spread over a data set's training split, or, where it has none, over the one to validate on. */
export async function* calibrationImages(
  data: string,
  { fraction, log }: { fraction?: number | undefined; log: (line: string) => void },
): AsyncGenerator<Image, void, undefined> {
  const { readDatasetConfig } = await import("@lookonce/data");
  const { readImage } = await import("@lookonce/image");
  const config = await readDatasetConfig(data);
  const { entries } = await openDataset(config, { split: config.splits.train === undefined ? "val" : "train", log });
  const share = fraction === undefined ? Math.min(usual, entries.length) : Math.ceil(fraction * entries.length);
  const count = Math.max(1, Math.min(share, entries.length));
  for (let i = 0; i < count; i++) {
    const entry = entries[Math.floor((i * entries.length) / count)];
    if (entry !== undefined) yield await readImage(entry.path);
  }
}
