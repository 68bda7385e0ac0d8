import type { Picture } from "@lookonce/augment";

/** One picture: its path, the bytes of its file, or its pixels. */
export type PictureSource = string | Uint8Array | Picture;

/** Where pictures come from: one of them, or a list. */
export type Source = PictureSource | readonly PictureSource[];

/** What is known of a video before its frames come. All frames of one opening share the object. */
export interface VideoInfo {
  /** The file, address or device. */
  readonly path: string;
  /** Size of the upright frames in pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly rate: number;
  /** Frames in all, where the file tells. */
  readonly frames?: number;
  /** Whether it goes on without end: a camera or a broadcast. */
  readonly live: boolean;
}

/**
 * What there is of a picture before it is decoded: a file to read, an encoded file's bytes, pixels, or a function that
 * fetches one of the latter two, and throws a `LookonceError` when it cannot. The function is called once, when the picture's
 * turn to be decoded comes.
 */
export type PictureContent = string | Uint8Array | Picture | (() => Promise<Uint8Array | Picture>);

/** One picture on its way. */
export interface SourceItem {
  /** A name for people and for saved files. Frames of a video have the video's. */
  path: string;
  content: PictureContent;
  /** Number of the frame in its video, from 0. */
  frame?: number;
  /** When the frame is shown, in seconds from the video's beginning. */
  timestamp?: number;
  /** The video that the frame is of. */
  video?: VideoInfo;
}

/** A source whose pictures are about to come. It can be gone through once; `return()` of its iterator frees everything. */
export interface OpenedSource extends AsyncIterable<SourceItem> {
  /** Whether it is one picture, whose fault is thrown; of several, those that cannot be read are passed over. */
  readonly single: boolean;
  /** How many pictures will come, where that is known. */
  readonly count?: number;
}

/** Options of {@link openSource}. */
export interface OpenSourceOptions {
  /** Of videos every so many frames are taken. Default 1, all of them. */
  vidStride?: number;
  /** Ends the source: nothing comes any more, and what was opened is closed. */
  signal?: AbortSignal;
}
