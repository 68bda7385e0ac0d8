import { type Picture, readPicture, type Sample, type SampleSource } from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import type { DatasetEntry } from "../dataset.ts";
import { type LoadingForm, resizeForLoading } from "../load-size.ts";
import type { DiskCache } from "./cache/disk-cache.ts";
import type { MemoryCache } from "./cache/memory-cache.ts";
import { type EntryTable, entryAt } from "./entry-table.ts";
import type { DamagedPicture } from "./job.ts";
import { type Placement, placeBoxes, placePoints } from "./place.ts";

/** Where a {@link PictureSource} gets its pictures from. */
export interface PictureSourceOptions {
  entries: EntryTable;
  form: LoadingForm;
  memory?: MemoryCache | undefined;
  disk?: DiskCache | undefined;
}

/** A picture as it was loaded, with its entry. */
export interface LoadedPicture {
  index: number;
  entry: DatasetEntry;
  picture: Picture;
}

/** Pictures most tried in place of a damaged one before the data set counts as lost. */
const mostReplacements = 100;

/** The resized pictures of a data set with their objects, from memory, disk or their files. */
export class PictureSource implements SampleSource {
  readonly length: number;
  /** Pictures that could not be read, in the order in which that was noticed. */
  readonly damaged: DamagedPicture[] = [];
  readonly #options: PictureSourceOptions;

  constructor(options: PictureSourceOptions) {
    this.#options = options;
    this.length = options.entries.count;
  }

  /** The sample of an index or, where its picture is damaged, of the next one whose picture is whole. */
  async load(index: number): Promise<Sample> {
    return sampleOf(await this.whole(index));
  }

  /**
   * The picture of an index, or the next whole one after it.
   *
   * @throws LookonceError `DATA` when a hundred pictures in a row are damaged
   */
  async whole(index: number): Promise<LoadedPicture> {
    for (let step = 0; step < Math.min(this.length, mostReplacements); step++) {
      const loaded = await this.read((index + step) % this.length);
      if (loaded !== undefined) return loaded;
    }
    const first = this.damaged.at(-1);
    throw new LookonceError("DATA", `None of many pictures in a row can be read any more; the last: ${first?.reason}`);
  }

  /** The picture of an index, or nothing when it is damaged. */
  async read(index: number): Promise<LoadedPicture | undefined> {
    const { entries, memory, disk } = this.#options;
    const entry = entryAt(entries, index);
    const kept = memory?.get(index);
    if (kept !== undefined) return { index, entry, picture: kept };
    const fromFile = (): Promise<Picture | undefined> => this.#readFile(entry.path, index);
    const picture = await (disk === undefined ? fromFile() : disk.through(entry.path, fromFile));
    if (picture === undefined) return undefined;
    memory?.add(index, picture);
    return { index, entry, picture };
  }

  async #readFile(path: string, index: number): Promise<Picture | undefined> {
    try {
      const { form } = this.#options;
      // Augmentation strays much further than the fast decoder; validation keeps to the pixels that others measure with
      return resizeForLoading(await readPicture(path, { fast: form.training }), form);
    } catch (error) {
      // a machine that cannot read files now says nothing about the picture
      if (!(error instanceof LookonceError) || error.code === "IO") throw error;
      this.damaged.push({ index, reason: error.message });
      return undefined;
    }
  }
}

/** The sample that a transform sees: coordinates in the pixels of the picture as it was loaded. */
export function sampleOf({ entry, picture }: LoadedPicture): Sample {
  return placeObjects(entry, picture, { scale: [picture.width, picture.height], shift: [0, 0] });
}

/** An entry's objects on a picture, where `scale` and `shift` put fractions of the entry's picture. */
export function placeObjects(entry: DatasetEntry, picture: Picture, placement: Placement): Sample {
  const { classes, polygons } = entry;
  const sample: Sample = { picture, classes, boxes: placeBoxes(entry.boxes, placement) };
  if (polygons === undefined) return sample;
  return { ...sample, polygons: polygons.map((points) => placePoints(points, placement)) };
}
