import type { Readable } from "node:stream";
import type { LookonceError } from "@lookonce/errors";
import type { PictureContent } from "./source.ts";

/** A picture, read when its turn comes. */
interface PictureOrigin {
  kind: "picture";
  path: string;
  name: string;
  content: PictureContent;
}

/** Something that ffmpeg opens: a file, an address, a camera. */
export interface VideoOrigin {
  kind: "video";
  path: string;
  name: string;
  /** What ffmpeg is told before and with `-i`. */
  input: readonly string[];
  live: boolean;
}

/** An address that does not tell whether a picture or a video is behind it. */
interface LinkOrigin {
  kind: "link";
  path: string;
  name: string;
}

/** The bytes of one picture, of several, or of a video. */
export interface StreamOrigin {
  kind: "stream";
  path: string;
  name: string;
  stream: () => Readable;
}

/** Something of several that cannot be used, to be told when its turn comes. */
interface FaultOrigin {
  kind: "fault";
  path: string;
  name: string;
  error: LookonceError;
}

/** What one entry of a source stands for, before anything of it is read. */
export type Origin = PictureOrigin | VideoOrigin | LinkOrigin | StreamOrigin | FaultOrigin;
