import type { Image } from "@lookonce/image";
import type { OpenSourceOptions, PlainBox, VideoInfo } from "@lookonce/inference";
import type { GrayFrame } from "@lookonce/tracking";

/** A frame of a video, decoded and the right way up. */
export interface Frame {
  image: Image;
  /** Number of the frame, from 0. */
  frame: number;
  /** When it is shown, in seconds from the video's beginning. */
  timestamp: number;
  video: VideoInfo;
}

/**
 * Reads the frames of a video file one after the other with ffmpeg, which waits while nobody reads. Leaving early ends it.
 *
 * @throws LookonceError `NOT_FOUND` without the file or ffmpeg, `FORMAT` for what is no video
 */
export async function* readFrames(
  path: string,
  options: Pick<OpenSourceOptions, "vidStride" | "ffmpeg" | "signal" | "timeout"> = {},
): AsyncGenerator<Frame, void, undefined> {
  const { openSource } = await import("@lookonce/inference");
  for await (const { content, frame = 0, timestamp = 0, video } of await openSource(path, options)) {
    // What cannot be read throws here
    const image = typeof content === "function" ? await content() : content;
    if (video === undefined || typeof image === "string" || image instanceof Uint8Array) continue;
    yield { image, frame, timestamp, video };
  }
}

/** A frame in gray, for the next one, and how the camera moved since the one before, where that can be said. */
export interface FrameMotion {
  gray: GrayFrame;
  /** [2, 3], row-major. */
  warp?: Float64Array;
}

/** Estimates how the camera moved between two frames, of which the first was made gray by this function; see `estimateMotion`. */
export async function frameMotion(image: Image, before?: GrayFrame): Promise<FrameMotion> {
  const { estimateMotion, grayFrame } = await import("@lookonce/tracking");
  const gray = grayFrame(image, image.original?.width);
  const warp = before === undefined ? undefined : estimateMotion(before, gray);
  return { gray, ...(warp && { warp }) };
}

/**
 * Describes how each of the objects that were found in a frame looks, for a tracker with `with_reid`; see `colorFeatures`.
 *
 * @returns as many numbers a box, box by box
 */
export async function frameAppearance(image: Image, boxes: readonly PlainBox[]): Promise<Float32Array> {
  const [{ colorFeatures }, { trackerInputOf }] = await Promise.all([
    import("@lookonce/tracking"),
    import("./plain-tracker.ts"),
  ]);
  return colorFeatures(image, trackerInputOf(boxes), image.original?.width);
}
