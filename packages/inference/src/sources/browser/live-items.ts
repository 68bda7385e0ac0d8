import { imageFrom } from "@lookonce/image";
import { fileName } from "../file-name.ts";
import type { SourceItem, VideoInfo } from "../source.ts";
import type { LiveFrame } from "./live-frames.ts";

/** Frames a second of a source whose rate nobody knows. */
const usualRate = 30;

/**
 * Live frames as images of a source, in a page or a worker. Each frame is read and closed at once, and whatever makes them is closed when
 * the loop ends or is left.
 */
export async function* liveItems(
  frames: AsyncIterable<LiveFrame>,
  { name = "camera" }: { name?: string } = {},
): AsyncGenerator<SourceItem, void, undefined> {
  let video: VideoInfo | undefined;
  let index = 0;
  for await (const { frame, timestamp } of frames) {
    const content = readAndClose(frame);
    const { width, height } = content;
    video ??= { path: name, width, height, rate: usualRate, live: true, stride: 1 };
    yield { path: name, name: fileName(name), content, frame: index++, timestamp, video };
  }
}

function readAndClose(frame: ImageBitmap): ReturnType<typeof imageFrom> {
  try {
    return imageFrom(frame);
  } finally {
    frame.close();
  }
}
