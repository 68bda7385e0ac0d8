import type { LoadedSample, Sample, SampleSource } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import { normalizedXywhToXyxy } from "@lookonce/geometry";
import { type Image, readImage, type Size } from "@lookonce/image";
import type { DatasetEntry } from "../labels.ts";
import { loadedSize, resizeForLoading } from "../load-size.ts";
import type { DiskCache } from "./cache/disk-cache.ts";
import type { MemoryCache } from "./cache/memory-cache.ts";
import { entryAt } from "./entry-table.ts";
import type { DamagedImage, LoaderJob } from "./job.ts";

export interface ImageSourceOptions extends Pick<LoaderJob, "entries" | "form"> {
  memory?: MemoryCache | undefined;
  disk?: DiskCache | undefined;
}

/** An image as it was loaded, with its entry. */
export interface LoadedImage {
  index: number;
  entry: DatasetEntry;
  image: Image;
}

/** Images tried in place of a damaged one before the data set counts as unreadable. */
const maxReplacements = 100;

/** The resized images of a data set with their objects, from memory, disk or their files. */
export class ImageSource implements SampleSource {
  readonly length: number;
  /** Images that could not be read, in the order in which that was noticed. */
  readonly damaged: DamagedImage[] = [];
  readonly #options: ImageSourceOptions;

  constructor(options: ImageSourceOptions) {
    this.#options = options;
    this.length = options.entries.count;
  }

  /**
   * The sample of an index or, where its image is damaged, of the next one whose image is whole. What is damaged below the rows that are
   * needed goes unnoticed.
   */
  async load(index: number, rows?: number): Promise<LoadedSample> {
    return (await this.#top(index, rows)) ?? sampleOf(await this.whole(index));
  }

  /** The first rows of an image that is loaded at its own size and kept nowhere; otherwise, and when it is damaged, nothing. */
  async #top(index: number, rows = Number.POSITIVE_INFINITY): Promise<LoadedSample | undefined> {
    const { entries, memory, disk, form } = this.#options;
    if (!form.training || memory !== undefined || disk !== undefined) return undefined;
    const entry = entryAt(entries, index);
    const { width, height } = loadedSize(entry, form);
    if (rows >= height || width !== entry.width || height !== entry.height) return undefined;
    const image = await readImage(entry.path, { fast: true, rows }).catch(() => undefined);
    // A file that was written anew since the data set was scanned
    if (image?.width !== width || image.height > height) return undefined;
    const whole = { width, height };
    return { ...placeObjects(entry, image, whole), whole };
  }

  /** The image of an index, or the next whole one after it; a `DATA` error when a hundred in a row are damaged. */
  async whole(index: number): Promise<LoadedImage> {
    for (let step = 0; step < Math.min(this.length, maxReplacements); step++) {
      const loaded = await this.read((index + step) % this.length);
      if (loaded !== undefined) return loaded;
    }
    const first = this.damaged.at(-1);
    throw new LookonceError("DATA", `None of many images in a row can be read any more; the last: ${first?.reason}`);
  }

  /** The image of an index, or nothing when it is damaged. */
  async read(index: number): Promise<LoadedImage | undefined> {
    const { entries, memory, disk } = this.#options;
    const entry = entryAt(entries, index);
    const kept = memory?.get(index);
    if (kept !== undefined) return { index, entry, image: kept };
    const fromFile = (): Promise<Image | undefined> => this.#readFile(entry.path, index);
    const image = await (disk === undefined ? fromFile() : disk.through(entry.path, fromFile));
    if (image === undefined) return undefined;
    memory?.add(index, image);
    return { index, entry, image };
  }

  async #readFile(path: string, index: number): Promise<Image | undefined> {
    try {
      const { form } = this.#options;
      // Augmentation strays much further than the fast decoder; validation keeps to the pixels that others measure with
      return resizeForLoading(await readImage(path, { fast: form.training }), form);
    } catch (error) {
      // a machine that cannot read files now says nothing about the image
      if (!(error instanceof LookonceError) || error.code === "IO") throw error;
      this.damaged.push({ index, reason: error.message });
      return undefined;
    }
  }
}

/** The sample that a transform sees: coordinates in the pixels of the image as it was loaded. */
export function sampleOf({ entry, image }: LoadedImage): Sample {
  return placeObjects(entry, image, image);
}

/** An entry's objects on an image: coordinates in its pixels, where the entry's image has this size and padding. */
export function placeObjects(
  { classes, boxes, polygons, keypoints }: DatasetEntry,
  image: Image,
  { width, height, padding = [0, 0] }: Size & { padding?: readonly [left: number, top: number] },
): Sample {
  const sample: Sample = { image, classes, boxes: normalizedXywhToXyxy(boxes, { width, height }, padding) };
  const place = (value: number, axis: number): number =>
    axis === 0 ? value * width + padding[0] : value * height + padding[1];
  if (polygons !== undefined) {
    sample.polygons = polygons.map((points) => points.map((value, i) => place(value, i % 2)));
  }
  if (keypoints !== undefined) {
    sample.keypoints = keypoints.map((value, i) => (i % 3 === 2 ? value : place(value, i % 3)));
  }
  return sample;
}
