import type { Image } from "./image.ts";

/** Browsers have one decoder, which is fast: it reads every image. */
export async function decodeFast(): Promise<Image | undefined> {
  return undefined;
}
