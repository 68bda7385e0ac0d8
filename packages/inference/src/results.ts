import { basename, join } from "node:path";
import { writeWhole } from "@lookonce/files";
import type { Detections } from "@lookonce/geometry";
import { type Image, writeImage } from "@lookonce/image";
import { type CocoDetection, type CocoDetectionsOptions, cocoDetections } from "@lookonce/metrics";
import { type DrawOptions, drawDetections } from "@lookonce/plots";
import { Boxes } from "./results/boxes.ts";
import { countClasses } from "./results/count-classes.ts";
import { type CropOptions, crop } from "./results/crop.ts";
import { labelLines } from "./results/label-lines.ts";
import { fileName } from "./sources/file-name.ts";
import type { VideoInfo } from "./sources/source.ts";

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
export interface ResultsContents {
  path: string;
  image: Image;
  boxes: Detections;
  names: readonly string[];
  speed: Speed;
  /** Side of the network's input, for telling how it was run. */
  inputSize: { width: number; height: number };
  /** Where files about it go below a folder for results. Default: the file's name in `path`. */
  name?: string;
  /** Number of the frame in its video, from 0. */
  frame?: number;
  /** When the frame is shown, in seconds from the video's beginning. */
  timestamp?: number;
  /** The video that the frame is of. */
  video?: VideoInfo;
}

/** A detection as plain data, in pixels of the original image. */
export interface PlainBox {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  /** Class number. */
  class: number;
  /** Class name. */
  name: string;
}

/** {@link Results} as plain data. */
export interface PlainResults {
  path: string;
  /** Of a video's frame: its number from 0, and when it is shown, in seconds. */
  frame?: number;
  timestamp?: number;
  width: number;
  height: number;
  boxes: PlainBox[];
}

/** What was found in one image. It holds the image, for {@link plot}: let go of results that are done with. */
export class Results {
  /** The file, or a name for an image from memory. Frames of a video have the video's. */
  readonly path: string;
  /** Where files about it go below a folder for results, with the ending that the source has. */
  readonly name: string;
  readonly image: Image;
  /** Size of the original image in pixels. */
  readonly width: number;
  readonly height: number;
  /** Best first, as typed arrays in all usual forms. */
  readonly boxes: Boxes;
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

  constructor(contents: ResultsContents) {
    const { path, image, boxes, names, speed, inputSize } = contents;
    this.path = path;
    this.name = contents.name ?? fileName(basename(path));
    this.image = image;
    this.width = image.width;
    this.height = image.height;
    this.boxes = new Boxes(boxes, image);
    this.names = names;
    this.speed = speed;
    this.inputSize = inputSize;
    this.frame = contents.frame;
    this.timestamp = contents.timestamp;
    this.video = contents.video;
  }

  /** {@link name} without ending, and for a frame with its number: `bus`, `clip_000012`. */
  get stem(): string {
    const stem = this.name.replace(/(?<=[^/])\.[^./]*$/, "");
    return this.frame === undefined ? stem : `${stem}_${String(this.frame).padStart(6, "0")}`;
  }

  /** What was seen, for people: `4 persons, 1 bus`, or `nothing`. */
  describe(): string {
    return countClasses(this.boxes, this.names);
  }

  /** Plain data for JSON. */
  toJSON(): PlainResults {
    const { boxes, scores, classes, count } = this.boxes;
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
      })),
    };
  }

  /** Detections as COCO's evaluation reads them; the image's number is its file's name where that is a number. */
  toCOCO(options: CocoDetectionsOptions = {}): CocoDetection[] {
    return cocoDetections(this.stem, this.boxes, options);
  }

  /** The image with its boxes and labels drawn in. */
  plot(options: DrawOptions = {}): Promise<Image> {
    return drawDetections(this.image, { detections: this.boxes, names: this.names }, options);
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
   * Writes a label file in YOLO's form, with nothing in it where nothing was found.
   *
   * @param options `conf`: end lines with the confidence (default false)
   * @throws LookonceError `IO` when it cannot be written
   */
  async saveTxt(path: string, options: { conf?: boolean } = {}): Promise<void> {
    await writeWhole(path, labelLines(this.boxes, options), { flush: false });
  }

  /**
   * Cuts each detection out and writes it as `folder/class name/{@link stem}.jpg`, the second of a class as `…-2.jpg`.
   *
   * @returns the files, in the order of the detections
   * @throws LookonceError `IO` when one cannot be written
   */
  async saveCrop(folder: string, options: CropOptions = {}): Promise<string[]> {
    const times = new Map<number, number>();
    const files: string[] = [];
    for (let i = 0; i < this.boxes.count; i++) {
      const label = this.boxes.classes[i] as number;
      const time = (times.get(label) ?? 0) + 1;
      times.set(label, time);
      const file = join(folder, fileName(this.#nameOf(i)), `${this.stem}${time === 1 ? "" : `-${time}`}.jpg`);
      await writeImage(file, crop(this.image, this.boxes.boxes.subarray(4 * i, 4 * i + 4), options));
      files.push(file);
    }
    return files;
  }

  #nameOf(index: number): string {
    const label = this.boxes.classes[index] as number;
    return this.names[label] ?? String(label);
  }
}
