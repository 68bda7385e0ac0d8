import {
  type Augmentation,
  classifyAugmentations,
  type Sample,
  type Transform,
  type V8AugmentationHyp,
  v5Augmentation,
  v8Augmentation,
} from "@lookonce/augment";
import { LookonceError } from "@lookonce/errors";
import { fitImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import type { Batch, BatchSample } from "../batch.ts";
import { kindRules } from "../label-kinds.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import type { BatchPlan } from "../rectangular.ts";
import { DiskCache } from "./cache/disk-cache.ts";
import { MemoryCache } from "./cache/memory-cache.ts";
import { ImageSource, type LoadedImage, placeObjects, sampleOf } from "./image-source.ts";
import type { BatchMakers, BatchTask, LoaderJob, MadeBatch } from "./job.ts";
import { type FinishedObjects, finishObjects, joinTargets } from "./label-targets.ts";
import { applyTransforms, importTransforms } from "./user-transforms.ts";

/** Images of a batch that are read and augmented at once: while one waits for its decoder, another is augmented. */
const maxConcurrentImages = 4;

/** An image of a batch with its objects, where it comes from and how it was placed. */
interface Finished {
  image: Sample["image"];
  objects: FinishedObjects;
  info: Omit<BatchSample, keyof FinishedObjects>;
}

/** What the images of one task have in common. */
interface Making {
  task: BatchTask;
  source: ImageSource;
  augmentation: Augmentation | undefined;
  transforms: readonly Transform[];
}

const pipelines = { v5: v5Augmentation, v8: v8Augmentation };

/** Makes batches in this thread. A batch depends on the job and the task alone, not on what was made before. */
export class BatchMaker implements BatchMakers {
  readonly #job: LoaderJob;
  readonly #memory: MemoryCache | undefined;
  readonly #disk: DiskCache | undefined;
  readonly #random: Random;
  readonly #transforms: Promise<readonly Transform[]>;

  /** @param transforms the user's, where they do not come from a module */
  constructor(job: LoaderJob, transforms: readonly Transform[] = []) {
    this.#job = job;
    this.#memory = job.memory === undefined ? undefined : new MemoryCache(job.memory);
    this.#disk = job.disk === undefined ? undefined : new DiskCache(job.disk);
    this.#random = new Random(job.randomKey);
    this.#transforms = job.transforms === undefined ? Promise.resolve(transforms) : importTransforms(job.transforms);
    // A module that cannot be loaded fails the first batch
    this.#transforms.catch(() => {});
  }

  /** @param signal once it is aborted, no further image is read and no batch comes of the task */
  async run(task: BatchTask, signal: { readonly aborted: boolean }): Promise<MadeBatch> {
    const source = new ImageSource({ ...this.#job, memory: this.#memory, disk: this.#disk });
    const { imgsz } = this.#job.form;
    const { labels, rect } = this.#job;
    const flip = labels.keypoints?.flip;
    const { outlinePoints } = kindRules[labels.kind];
    const options = { imgsz, ...(rect ? { canvas: task.plan } : {}), flip, outlinePoints };
    const { augment: settings } = task;
    const table = kindRules[labels.kind].cutsImages ? classifyAugmentations : pipelines;
    const augmentation = settings && table[settings.family](settings.hyp as V8AugmentationHyp, options);
    const making = { task, source, augmentation, transforms: await this.#transforms };
    const failures = new Map<number, unknown>();
    const finished = await mapConcurrently(task.plan.indices, maxConcurrentImages, async (index, place) => {
      if (signal.aborted) return undefined;
      return this.#image(index, place, making).catch((error: unknown) => void failures.set(place, error));
    });
    // of several failures always the first in the batch's order, not the quickest
    if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
    const failure = this.#disk?.takeFailure();
    const damaged = [...new Map(source.damaged.map((image) => [image.index, image])).values()];
    damaged.sort((a, b) => a.index - b.index);
    const made = { damaged, notices: failure === undefined ? [] : [failure] };
    const whole = finished.flatMap((image) => image ?? []);
    if (whole.length === 0 || signal.aborted) return made;
    return { ...made, batch: this.#join(whole, task.plan) };
  }

  async dispose(): Promise<void> {}

  async #image(index: number, place: number, making: Making): Promise<Finished | undefined> {
    const { task, source, augmentation, transforms } = making;
    const augmented = augmentation !== undefined;
    // in training the batch keeps its size, which a compiled step is made for; a validation counts no image twice
    const loaded = augmented ? await source.whole(index) : await source.read(index);
    if (loaded === undefined) return undefined;
    const { path, width: originalWidth, height: originalHeight } = loaded.entry;
    const about = { index: loaded.index, path, originalWidth, originalHeight };
    const rng = this.#randomOf(task, place);
    const { sample, ...position } = augmented
      ? { sample: await augment(augmentation, { loaded, source, rng }), ...inPlace }
      : this.#fit(loaded, task.plan);
    const changed =
      transforms.length === 0 ? sample : applyTransforms(sample, transforms, { rng: rng.fork("transforms"), path });
    checkSize(changed, task.plan, path);
    const { labels } = this.#job;
    return { image: changed.image, objects: finishObjects(changed, labels), info: { ...about, ...position } };
  }

  /** An image drawn again in the same epoch gets other numbers than the first time. */
  #randomOf({ epoch, plan: { indices, repeats } }: BatchTask, place: number): Random {
    const index = indices[place] as number;
    const repeat = repeats?.[place] ?? 0;
    return this.#random.fork("augment", epoch, index, ...(repeat === 0 ? [] : [repeat]));
  }

  #join(finished: readonly Finished[], { height, width }: BatchPlan): Batch {
    const bytes = height * width * 3;
    const images = new Uint8Array(finished.length * bytes);
    const samples = finished.map(({ image, objects, info }, i): BatchSample => {
      images.set(image.data, i * bytes);
      return { ...info, ...objects };
    });
    const targets = joinTargets(samples, this.#job.labels, { height, width });
    return { images, count: finished.length, height, width, targets, samples };
  }

  #fit({ entry, image }: LoadedImage, { height, width }: BatchPlan): { sample: Sample } & typeof inPlace {
    const { fit, form } = this.#job;
    const fitted = fitImage(image, { fit, size: [height, width], scaleUp: false });
    const padding = form.loading.padding === "exact" ? fitted.exactPadding : fitted.padding;
    const [inWidth, inHeight] = [image.width * fitted.ratio[0], image.height * fitted.ratio[1]];
    const sample = placeObjects(entry, fitted.image, { width: inWidth, height: inHeight, padding });
    return { sample, ratio: [inWidth / entry.width, inHeight / entry.height], padding };
  }
}

/** Of augmented images there is no way back to their files' pixels. */
const inPlace: Pick<BatchSample, "ratio" | "padding"> = { ratio: [1, 1], padding: [0, 0] };

/** Augments an image; its own sample is at hand already. */
function augment(
  augmentation: Augmentation,
  { loaded, source, rng }: { loaded: LoadedImage; source: ImageSource; rng: Random },
): Promise<Sample> {
  const own = Promise.resolve(sampleOf(loaded));
  const load = (index: number, rows?: number): Promise<Sample> =>
    index === loaded.index ? own : source.load(index, rows);
  return augmentation({ length: source.length, load }, loaded.index, rng);
}

function checkSize({ image }: Sample, { height, width }: BatchPlan, path: string): void {
  if (image.width === width && image.height === height) return;
  throw new LookonceError(
    "ARGUMENT",
    `${path} came out of its transforms ${image.width} × ${image.height} pixels large; its batch is made of ${width} × ${height}: resize before the transform ends.`,
  );
}
