import type { Readable } from "node:stream";
import type { LookonceError } from "@lookonce/errors";
import type { ImageContent } from "./source.ts";

/** An image, read when its turn comes. */
interface ImageOrigin {
  kind: "image";
  path: string;
  name: string;
  content: ImageContent;
}

/** Something that ffmpeg opens: a file, an address, a camera. */
export interface VideoOrigin {
  kind: "video";
  path: string;
  name: string;
  /** ffmpeg's arguments up to `-i`. */
  input: readonly string[];
  live: boolean;
}

/** An address of an image or a video, which only a request shows. */
interface LinkOrigin {
  kind: "link";
  path: string;
  name: string;
}

/** The bytes of one image, of several, or of a video. */
export interface StreamOrigin {
  kind: "stream";
  path: string;
  name: string;
  stream: () => Readable;
}

/** Something of several that cannot be used: an error when its turn comes. */
interface FaultOrigin {
  kind: "fault";
  path: string;
  name: string;
  error: LookonceError;
}

/** What one entry of a source stands for, before anything of it is read. */
export type Origin = ImageOrigin | VideoOrigin | LinkOrigin | StreamOrigin | FaultOrigin;
