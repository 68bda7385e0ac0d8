import type { Readable } from "node:stream";
import { LookonceError } from "@lookonce/errors";
import type { Image, PixelSource } from "@lookonce/image";

/** One image: its path, the bytes of its file, or its pixels. */
export type ImageSource = string | Uint8Array | Image;

/** A file that another program has listed: an image or a video, by the name that its results get. */
export interface NamedFile {
  /** What results say that they are of. */
  path: string;
  /** Where files about it go below a folder for results, as `listSource` says it. */
  name: string;
  /** The file to read. */
  file: string;
}

/**
 * One thing that images come from; a text is a path, a pattern, an address or `-`, a number a camera, a `Blob` the contents of an
 * image file, in browsers also of a video.
 */
export type SourceEntry = ImageSource | PixelSource | NamedFile | URL | Blob | number;

/**
 * Where images come from: one thing, a list of things, an iterable of things, or a stream of the bytes
 * of images or of a video. docs/predict.md has the table of all kinds.
 */
export type Source = SourceEntry | readonly SourceEntry[] | AsyncIterable<SourceEntry> | Readable;

/** What is known of a video before its frames come. All frames of one opening share the object. */
export interface VideoInfo {
  /** The file, address or device. */
  readonly path: string;
  /** Size of the upright frames in pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second, before any are stepped over. */
  readonly rate: number;
  /** Frames in all, before any are stepped over, where the file records it. */
  readonly frames?: number;
  /** Whether it goes on without end: a camera or a broadcast. */
  readonly live: boolean;
  /** Every `stride`-th frame is read. */
  readonly stride: number;
}

/**
 * An image before it is decoded: a file to read, an encoded file's bytes, pixels, or a function that fetches one of the
 * latter two, or throws a `LookonceError`; it is called once, when the image's turn to be decoded comes.
 */
export type ImageContent = string | Uint8Array | Image | (() => Promise<Uint8Array | Image>);

/** Whether what an image comes from is its pixels. */
export function isPixels(content: ImageContent | Error): content is Image {
  const isOther = typeof content === "string" || typeof content === "function";
  return !(isOther || content instanceof Uint8Array || content instanceof Error);
}

/** One image on its way. */
export interface SourceItem {
  /** A name for people. Frames of a video have the video's. */
  path: string;
  content: ImageContent;
  /** Where files about it go below a folder for results: with `/`, no way out of the folder, its own ending if it has one. */
  name: string;
  /** Number of the frame in its video, from 0. */
  frame?: number;
  /** When the frame is shown, in seconds from the video's beginning. */
  timestamp?: number;
  /** The video that the frame is of. */
  video?: VideoInfo;
}

/** A source whose images are about to come. It can be gone through once; `return()` of its iterator frees everything. */
export interface OpenedSource extends AsyncIterable<SourceItem> {
  /** Whether it is one image or one video, whose fault is thrown; of several, what cannot be read is passed over. */
  readonly single: boolean;
  /** How many images will come, where that is known. */
  readonly count: number | undefined;
  /** Whether images show what is there now, so that looking far ahead makes them stale. */
  readonly live: boolean;
}

/** What one entry of a source stands for, before anything of it is read. */
export type Origin = { path: string; name: string } & (
  | { kind: "image"; content: ImageContent }
  /** An address of an image or a video, which only a request shows. */
  | { kind: "link" }
  /** The bytes of one image, of several, or of a video. */
  | { kind: "stream"; stream: () => Readable }
  | {
      /** Something that ffmpeg opens: a file, an address, a camera. */
      kind: "video";
      /** ffmpeg's arguments up to `-i`. */
      input: readonly string[];
      live: boolean;
      /** The file that ffmpeg opens, where somebody else may have made it. */
      file?: string;
      /** What is known of it, once it was probed. */
      facts?: Pick<VideoInfo, "width" | "height" | "rate" | "frames">;
      /** Its bytes, where ffmpeg does not open it itself. */
      bytes?: AsyncIterable<Uint8Array>;
    }
);

export type VideoOrigin = Extract<Origin, { kind: "video" }>;

/** Options of {@link openSource}. */
export interface OpenSourceOptions {
  /** Every `vidStride`-th frame of videos is read. Default 1, all of them. */
  vidStride?: number;
  /**
   * Of cameras and broadcasts, read every frame, however far behind that falls. Default false: the newest, passing over those
   * that came while nobody was reading.
   */
  streamBuffer?: boolean;
  /** Seconds until an address, a camera or a broadcast that sends nothing is given up. Default 30. */
  timeout?: number;
  /**
   * Seconds after which a camera or broadcast that broke off is opened again, try by try; after the last it is given up, and
   * with none at once. Default 1, 2, 4, 8 and 15.
   */
  reconnectDelays?: readonly number[];
  /** Most bytes that one image may have when it is fetched or read from a stream. Default 256 MiB. */
  maxBytes?: number;
  /** The ffmpeg program. Default `ffmpeg`, looked for on the PATH; ffprobe is expected beside it. */
  ffmpeg?: string;
  /** What `-` reads. Default: the process's standard input. */
  stdin?: Readable;
  /** Called once the source is open, before its first image. */
  onOpen?: (source: Pick<OpenedSource, "count" | "live">) => void;
  /** Called with notices, such as folders that are not searched. Default: none. */
  notify?: (line: string) => void;
  /** Ends the source: nothing comes any more, and what was opened is closed. */
  signal?: AbortSignal;
}

/** {@link OpenSourceOptions} with the defaults filled in. */
export type SourceSettings = OpenSourceOptions &
  Required<
    Pick<
      OpenSourceOptions,
      "vidStride" | "streamBuffer" | "timeout" | "reconnectDelays" | "maxBytes" | "ffmpeg" | "notify"
    >
  >;

/** Fills in defaults and checks ranges. @throws LookonceError `ARGUMENT` naming the option */
export function resolveSourceOptions(options: OpenSourceOptions): SourceSettings {
  const { vidStride = 1, streamBuffer = false, timeout = 30, maxBytes = 256 * 2 ** 20 } = options;
  const { reconnectDelays = [1, 2, 4, 8, 15], ffmpeg = "ffmpeg", notify = () => {} } = options;
  if (!Number.isInteger(vidStride) || vidStride < 1) {
    throw new LookonceError("ARGUMENT", `vidStride must be a whole number from 1 on, not ${vidStride}.`);
  }
  if (!(timeout > 0)) throw new LookonceError("ARGUMENT", `timeout must be seconds above 0, not ${timeout}.`);
  const badDelay = reconnectDelays.find((delay) => !(delay >= 0));
  if (badDelay !== undefined) {
    throw new LookonceError("ARGUMENT", `reconnectDelays must be seconds from 0 on, not ${badDelay}.`);
  }
  if (!(maxBytes >= 1)) throw new LookonceError("ARGUMENT", `maxBytes must be 1 or more, not ${maxBytes}.`);
  return { ...options, vidStride, streamBuffer, timeout, reconnectDelays, maxBytes, ffmpeg, notify };
}
