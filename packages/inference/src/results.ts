import { LookonceError } from "@lookonce/errors";
import {
  cocoRows,
  type KeypointResults,
  labelLines,
  type MaskResults,
  type ObbResults,
  type ProbsResults,
  type ResultEntry,
  resultEntries,
  shapesOf,
} from "@lookonce/families";
import { basename, join, writeWhole } from "@lookonce/files";
import type { Detections } from "@lookonce/geometry";
import { cropImage, type Image, writeImage } from "@lookonce/image";
import type { CocoDetection, CocoDetectionsOptions } from "@lookonce/metrics";
import type { DrawOptions, Trail } from "@lookonce/plots";
import { Boxes } from "./results/boxes.ts";
import type { PlainResults } from "./results/plain-results.ts";
import { scaledPoints } from "./results/scaled-points.ts";
import { fileName, withoutEnding } from "./sources/file-name.ts";
import type { VideoInfo } from "./sources/source.ts";
import type { ZoneResults } from "./track/zone-results.ts";

/** Milliseconds of each stage. Reading the file and compiling for a new size are not counted. */
export interface Speed {
  /** Letterbox. */
  preprocess: number;
  /** The network. */
  inference: number;
  /** Suppression, and moving boxes to the original image. */
  postprocess: number;
}

/** What {@link Results} is made of. */
export type ResultsContents = Pick<Results, "path" | "image" | "names" | "speed" | "inputSize"> & {
  boxes: Detections;
  /** Default: the file's name in `path`. */
  name?: string;
} & Partial<Pick<Results, "entries" | "frame" | "timestamp" | "video" | "trails" | "zones">>;

/** What {@link Results} have of the built-in tasks besides boxes, by name; others add their own. */
export interface ResultEntries {
  masks?: MaskResults;
  keypoints?: KeypointResults;
  obb?: ObbResults;
  probs?: ProbsResults;
}

/** Detections of one image, with the image, for {@link plot}: drop references to results that are not needed any more. */
export class Results {
  /** The file, or a name for an image from memory. Frames of a video have the video's. */
  readonly path: string;
  /** Where files about it go below a folder for results, with the ending that the source has. */
  readonly name: string;
  /** As it was read: at a smaller size where it has more than 64 million pixels. */
  readonly image: Image;
  /** Size of the original image in pixels. */
  readonly width: number;
  readonly height: number;
  /** Best first, as typed arrays in all usual forms. */
  readonly boxes: Boxes;
  /** What the task has besides boxes, by name, such as `masks`; nothing by default. */
  readonly entries: Readonly<ResultEntries & Record<string, unknown>>;
  /** Class names by class number. */
  readonly names: readonly string[];
  readonly speed: Speed;
  /** Size of the letterboxed image that the network saw. */
  readonly inputSize: { readonly width: number; readonly height: number };
  /** Number of the frame in its video, from 0. */
  readonly frame: number | undefined;
  /** When the frame is shown, in seconds from the video's beginning. */
  readonly timestamp: number | undefined;
  /** The video that the frame is of. */
  readonly video: VideoInfo | undefined;
  /** Where tracked objects have been; none by default. */
  readonly trails: readonly Trail[];
  /** What was counted at lines and zones; none by default. */
  readonly zones: ZoneResults | undefined;

  constructor(contents: ResultsContents) {
    const { path, image, boxes, names, speed, inputSize } = contents;
    this.path = path;
    this.name = contents.name ?? fileName(basename(path));
    this.image = image;
    const { width, height } = image.original ?? image;
    this.width = width;
    this.height = height;
    this.boxes = new Boxes(boxes, { width, height });
    this.entries = contents.entries ?? {};
    this.names = names;
    this.speed = speed;
    this.inputSize = inputSize;
    this.frame = contents.frame;
    this.timestamp = contents.timestamp;
    this.video = contents.video;
    this.trails = contents.trails ?? [];
    this.zones = contents.zones;
  }

  /** Masks of the detections, in all usual forms; `undefined` for models that predict none. */
  get masks(): MaskResults | undefined {
    return this.entries.masks;
  }

  /** Keypoints of the detections, in all usual forms; `undefined` for models that predict none. */
  get keypoints(): KeypointResults | undefined {
    return this.entries.keypoints;
  }

  /** Oriented boxes of the detections, in all usual forms; `undefined` for models that predict none. */
  get obb(): ObbResults | undefined {
    return this.entries.obb;
  }

  /** Probabilities of the image's classes; `undefined` for models that do not classify images. */
  get probs(): ProbsResults | undefined {
    return this.entries.probs;
  }

  /** {@link name} without ending, and for a frame with its number: `bus`, `clip_000012`. */
  get stem(): string {
    const stem = withoutEnding(this.name);
    return this.frame === undefined ? stem : `${stem}_${String(this.frame).padStart(6, "0")}`;
  }

  /** What was seen, for people, in the order of class numbers: `4 persons, 1 bus`, or `nothing`. */
  describe(): string {
    for (const part of this.#parts) {
      const text = part.describe(this.names);
      if (text !== undefined) return text;
    }
    const counts = new Map<number, number>();
    for (const label of this.boxes.classes) counts.set(label, (counts.get(label) ?? 0) + 1);
    // Class names are many languages' words: an s is what YOLO users are used to
    const parts = [...counts]
      .sort(([a], [b]) => a - b)
      .map(([label, count]) => `${count} ${this.names[label] ?? `class ${label}`}${count === 1 ? "" : "s"}`);
    return parts.join(", ") || "nothing";
  }

  /** Plain data for JSON. */
  toJSON(): PlainResults {
    const { boxes, scores, classes, count, ids } = this.boxes;
    const parts = this.#parts;
    return {
      path: this.path,
      ...(this.frame === undefined ? {} : { frame: this.frame }),
      ...(this.timestamp === undefined ? {} : { timestamp: this.timestamp }),
      width: this.width,
      height: this.height,
      boxes: Array.from({ length: count }, (_, i) => ({
        x1: boxes[4 * i] as number,
        y1: boxes[4 * i + 1] as number,
        x2: boxes[4 * i + 2] as number,
        y2: boxes[4 * i + 3] as number,
        confidence: scores[i] as number,
        class: classes[i] as number,
        name: this.#nameOf(i),
        ...(ids === undefined ? {} : { id: ids[i] as number }),
        ...Object.assign({}, ...parts.map((part) => part.plain(i))),
      })),
      ...(this.zones === undefined ? {} : { events: this.zones.events, counts: this.zones.counts }),
      ...Object.assign({}, ...parts.map((part) => part.plainImage(this.names))),
      ...Object.fromEntries(Object.entries(this.entries).filter(([, entry]) => !parts.includes(entry as ResultEntry))),
    };
  }

  /** Detections as COCO's evaluation reads them; the image's number is its file's name where that is a number. */
  toCOCO(options: CocoDetectionsOptions = {}): CocoDetection[] {
    return cocoRows(this.stem, this.boxes, { ...options, entries: this.entries });
  }

  /** {@link image} with its boxes and labels drawn in. */
  async plot(options: DrawOptions = {}): Promise<Image> {
    const { drawDetections } = await import("@lookonce/plots");
    const detections = { ...this.boxes, boxes: this.#drawn(this.boxes.boxes) };
    const [trails, zones] = [
      this.trails.map(this.#drawnMark, this),
      this.zones?.marks.map(this.#drawnMark, this) ?? [],
    ];
    const scale = [this.image.width / this.width, this.image.height / this.height] as const;
    return drawDetections(
      this.image,
      { detections, names: this.names, trails, zones, ...shapesOf(this.#parts, scale) },
      options,
    );
  }

  #drawnMark<M extends { readonly points: readonly number[] }>(mark: M): M {
    return { ...mark, points: [...this.#drawn(Float32Array.from(mark.points))] };
  }

  /** Points, x and y in turn, in the pixels of {@link image}. */
  #drawn(points: Float32Array): Float32Array {
    return this.image.original === undefined ? points : scaledPoints(points, this, this.image);
  }

  /**
   * Writes what {@link plot} draws, in the format of the path's extension.
   *
   * @throws LookonceError `ARGUMENT` for an unknown extension, `IO` when it cannot be written
   */
  async save(path: string, options: DrawOptions = {}): Promise<void> {
    await writeImage(path, await this.plot(options));
  }

  /**
   * Writes a label file in YOLO's form: lines `class x y width height` as fractions of the image, to six digits, or what the
   * task has in their place; an empty one where nothing was found.
   *
   * @param options `conf`: lines have the confidence, too (default false)
   * @throws LookonceError `IO` when it cannot be written
   */
  async saveTxt(path: string, { conf = false }: { conf?: boolean } = {}): Promise<void> {
    await writeLines(path, this.labelLines({ conf }));
  }

  /** The lines of {@link saveTxt}. */
  labelLines({ conf = false }: { conf?: boolean } = {}): string[] {
    return labelLines(this.boxes, this, { entries: this.entries, names: this.names, conf });
  }

  /** Whether detections can be cut out as rectangles; those of some tasks cannot. */
  get hasCrops(): boolean {
    return this.#parts.every(({ hasCrops }) => hasCrops);
  }

  /**
   * Cuts each detection out and writes it as `folder/class name/{@link stem}.jpg`, the second of a class as `…-2.jpg`.
   *
   * @returns the files, in the order of the detections
   * @throws LookonceError `IO` when one cannot be written, `UNSUPPORTED` for a task whose detections are no upright boxes
   */
  async saveCrop(folder: string, options: CropOptions = {}): Promise<string[]> {
    if (!this.hasCrops) {
      throw new LookonceError("UNSUPPORTED", "What this model detects cannot be cut out: leave save_crop out.");
    }
    const times = new Map<number, number>();
    const files: string[] = [];
    const boxes = this.#drawn(this.boxes.boxes);
    for (let i = 0; i < this.boxes.count; i++) {
      const label = this.boxes.classes[i] as number;
      const time = (times.get(label) ?? 0) + 1;
      times.set(label, time);
      const file = join(folder, fileName(this.#nameOf(i)), `${this.stem}${time === 1 ? "" : `-${time}`}.jpg`);
      await writeImage(file, crop(this.image, boxes.subarray(4 * i, 4 * i + 4), options));
      files.push(file);
    }
    return files;
  }

  /** Those of the entries that say how they are written and drawn. */
  get #parts(): ResultEntry[] {
    return resultEntries(this.entries);
  }

  #nameOf(index: number): string {
    const label = this.boxes.classes[index] as number;
    return this.names[label] ?? String(label);
  }
}

/** How far around its box a detection is cut out. */
export interface CropOptions {
  /** What the box's sides are multiplied by. Default 1.02, as YOLOv8 (8.3) has it. */
  gain?: number;
  /** Pixels that are then added to each side's length. Default 10, as YOLOv8 (8.3) has it. */
  pad?: number;
}

/** A box of (left, top, right, bottom) in pixels cut out of an image, with some of what is around; a pixel at least. */
export function crop(image: Image, box: ArrayLike<number>, { gain = 1.02, pad = 10 }: CropOptions = {}): Image {
  const [x1, y1, x2, y2] = [box[0] as number, box[1] as number, box[2] as number, box[3] as number];
  const [left, right] = extent((x1 + x2) / 2, (x2 - x1) * gain + pad, image.width);
  const [top, bottom] = extent((y1 + y2) / 2, (y2 - y1) * gain + pad, image.height);
  return cropImage(image, { left, top, width: right - left, height: bottom - top });
}

/** First pixel and the one after the last of a stretch, within the image. */
function extent(center: number, length: number, side: number): [number, number] {
  const first = Math.min(side - 1, Math.max(0, Math.floor(center - length / 2)));
  const end = Math.min(side, Math.max(first + 1, Math.floor(center + length / 2)));
  return [first, end];
}

/** Writes a text file of these lines. */
export async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  await writeWhole(path, lines.map((line) => `${line}\n`).join(""), { flush: false });
}
