import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { ResolvedDetectOptions } from "../detect.ts";
import type { PendingImage } from "../predict.ts";
import type { SourceItem } from "../sources/source.ts";
import type { DetectionPool } from "./detection-pool.ts";
import { receiveError } from "./messages.ts";

type Content = string | Uint8Array | Image;

/** Has a pool begin on images. */
export async function beginInPool(
  pool: DetectionPool,
  items: readonly SourceItem[],
  options: ResolvedDetectOptions,
): Promise<PendingImage[]> {
  const fetched = await Promise.all(items.map(fetchContent));
  const whole = fetched.filter((content) => !(content instanceof LookonceError)) as Content[];
  // Nobody but us holds the frames of a video: their memory changes hands
  const owned = whole.filter((_, i) => items[i]?.video !== undefined);
  const outcomes = await pool.run({ contents: whole, options }, whole.length === items.length ? buffersOf(owned) : []);
  return items.map(({ content: _, ...item }, i) => {
    const content = fetched[i] as Content | LookonceError;
    if (content instanceof LookonceError) return { item, error: content };
    const outcome = outcomes[whole.indexOf(content)];
    if (outcome === undefined) throw new Error("a worker left an image out");
    if (!("error" in outcome)) return { item, ...outcome };
    const error = receiveError(outcome.error);
    if (error instanceof LookonceError) return { item, error };
    throw error;
  });
}

async function fetchContent({ content }: SourceItem): Promise<Content | LookonceError> {
  if (typeof content !== "function") return content;
  try {
    return await content();
  } catch (error) {
    if (error instanceof LookonceError) return error;
    throw error;
  }
}

function buffersOf(contents: readonly Content[]): ArrayBuffer[] {
  return contents.flatMap((content) => {
    if (typeof content === "string" || content instanceof Uint8Array) return [];
    const { buffer, byteLength } = content.data;
    return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? [buffer] : [];
  });
}
