import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { VideoWriterOptions } from "./video-writer.ts";

/** The writer of videos in browsers, where there is no ffmpeg: it refuses. */
export class VideoWriter {
  /** @throws LookonceError `UNSUPPORTED` always */
  static async create(path: string, _options: VideoWriterOptions): Promise<VideoWriter> {
    throw new LookonceError(
      "UNSUPPORTED",
      `${path}: videos are not written in browsers. Set saveFrames for an image of each frame, or draw with plot().`,
    );
  }

  async write(_frame: Image): Promise<void> {}

  async close(): Promise<void> {}
}
