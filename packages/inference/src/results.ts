import { type Picture, writePicture } from "@lookonce/augment";
import type { Detections } from "@lookonce/boxes";
import { type DrawOptions, drawDetections } from "@lookonce/plots";
import type { VideoInfo } from "./sources/source.ts";

/** Milliseconds of each stage. Reading the file and compiling for a new size are not counted. */
export interface Speed {
  /** Letterbox. */
  preprocess: number;
  /** The network. */
  inference: number;
  /** Suppression, and moving boxes to the original picture. */
  postprocess: number;
}

/** What {@link Results} is made of. */
export interface ResultsContents {
  path: string;
  picture: Picture;
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

/** A detection as plain data, in pixels of the original picture. */
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
  width: number;
  height: number;
  boxes: PlainBox[];
}

/** What was found in one picture. It holds the picture, for {@link plot}: let go of results that are done with. */
export class Results {
  /** The file, or a name for a picture from memory. */
  readonly path: string;
  readonly picture: Picture;
  /** Size of the original picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** Best first, corners in pixels of the original picture. */
  readonly boxes: Detections;
  /** Class names by class number. */
  readonly names: readonly string[];
  readonly speed: Speed;
  /** Size of the letterboxed picture that the network saw. */
  readonly inputSize: { readonly width: number; readonly height: number };
  /** Number of the frame in its video, from 0. */
  readonly frame: number | undefined;
  /** When the frame is shown, in seconds from the video's beginning. */
  readonly timestamp: number | undefined;
  /** The video that the frame is of. */
  readonly video: VideoInfo | undefined;

  constructor(contents: ResultsContents) {
    const { path, picture, boxes, names, speed, inputSize } = contents;
    this.path = path;
    this.picture = picture;
    this.width = picture.width;
    this.height = picture.height;
    this.boxes = boxes;
    this.names = names;
    this.speed = speed;
    this.inputSize = inputSize;
    this.frame = contents.frame;
    this.timestamp = contents.timestamp;
    this.video = contents.video;
  }

  /** Plain data for JSON. */
  toJSON(): PlainResults {
    const { boxes, confidences, classes, count } = this.boxes;
    return {
      path: this.path,
      width: this.width,
      height: this.height,
      boxes: Array.from({ length: count }, (_, i) => ({
        x1: boxes[4 * i] as number,
        y1: boxes[4 * i + 1] as number,
        x2: boxes[4 * i + 2] as number,
        y2: boxes[4 * i + 3] as number,
        confidence: confidences[i] as number,
        class: classes[i] as number,
        name: this.names[classes[i] as number] as string,
      })),
    };
  }

  /** The picture with its boxes and labels drawn in. */
  plot(options: DrawOptions = {}): Promise<Picture> {
    return drawDetections(this.picture, { boxes: this.boxes, names: this.names }, options);
  }

  /**
   * Writes what {@link plot} draws, in the format of the path's extension.
   *
   * @throws LookonceError `ARGUMENT` for an unknown extension, `IO` when it cannot be written
   */
  async save(path: string, options: DrawOptions = {}): Promise<void> {
    await writePicture(path, await this.plot(options));
  }
}
