import type { Detections } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import { AugmentedDetector } from "../detector/augmented-detector.ts";
import type { Detector } from "../detector/detector.ts";
import type { Speed } from "../results.ts";
import type { SettledDetectOptions } from "./detect-options.ts";
import type { PreparedImage } from "./prepare-image.ts";
import { defaultConfidence, selectDetections } from "./select-detections.ts";

/** What was found in an image. */
export interface Detected {
  boxes: Detections;
  speed: Speed;
  /** Canvas that the network saw. */
  inputSize: Size;
}

/**
 * Finds objects in prepared images. Those of one canvas go through the network together, so that none is padded for the
 * sake of others and each gives what it would give alone.
 *
 * @param options for each image
 */
export async function detectPrepared(
  detector: Detector,
  images: readonly PreparedImage[],
  options: readonly SettledDetectOptions[],
): Promise<Detected[]> {
  const groups = new Map<string, number[]>();
  for (const [i, { boxed }] of images.entries()) {
    const key = `${boxed.canvas.height}x${boxed.canvas.width}${options[i]?.augment ? "+" : ""}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  const found: Detected[] = [];
  for (const members of groups.values()) {
    const group = members.map((i) => images[i] as PreparedImage);
    const results = await detectGroup(
      detector,
      group,
      members.map((i) => options[i] as SettledDetectOptions),
    );
    members.forEach((i, at) => {
      found[i] = results[at] as Detected;
    });
  }
  return found;
}

/** Images of one canvas, to be looked at in one way. */
async function detectGroup(
  detector: Detector,
  images: readonly PreparedImage[],
  options: readonly SettledDetectOptions[],
): Promise<Detected[]> {
  const { canvas } = (images[0] as PreparedImage).boxed;
  const looks = options[0]?.augment ? new AugmentedDetector(detector) : detector;
  const network = await looks.compile(canvas, images.length);
  const conf = Math.min(...options.map((each) => each.conf ?? defaultConfidence));
  const start = performance.now();
  const raw = await network.run(
    images.map(({ boxed }) => boxed.image),
    conf,
  );
  const inference = (performance.now() - start) / images.length;
  return images.map(({ image, boxed, preprocess }, i) => {
    const ran = performance.now();
    const place = { family: detector.family, image, boxed };
    const boxes = selectDetections(raw[i] as (typeof raw)[number], options[i] as SettledDetectOptions, place);
    return { boxes, speed: { preprocess, inference, postprocess: performance.now() - ran }, inputSize: canvas };
  });
}
