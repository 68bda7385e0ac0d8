import type { Random } from "@lookonce/random";
import { randomChannelSwap } from "../colour/channels.ts";
import { randomHsv } from "../colour/hsv.ts";
import { compose } from "../compose.ts";
import { randomFlipLeftRight, randomFlipUpDown } from "../geometry/flip.ts";
import { letterboxSample } from "../geometry/letterbox-sample.ts";
import { applyPerspective, drawPerspective } from "../geometry/perspective.ts";
import { drawScene, type Scene, sceneOf } from "../geometry/scene.ts";
import { copyPasteV8, hasPolygons } from "../mixing/copy-paste.ts";
import { cutMix, drawCutAreas, freeAreas } from "../mixing/cut-mix.ts";
import { drawMixUp, mixUp } from "../mixing/mix-up.ts";
import { drawMosaicCentre, mosaic4 } from "../mixing/mosaic.ts";
import type { V8Hyp } from "../presets/hyp.ts";
import type { Augmentation, Sample, SampleSource } from "../sample.ts";
import { type AugmentationOptions, checkImgsz } from "./options.ts";

/** The hyper-parameters of YOLOv8 that say how pictures are augmented, by their YAML names. */
export type V8AugmentationHyp = Pick<
  V8Hyp,
  | "hsv_h"
  | "hsv_s"
  | "hsv_v"
  | "degrees"
  | "translate"
  | "scale"
  | "shear"
  | "perspective"
  | "flipud"
  | "fliplr"
  | "bgr"
  | "mosaic"
  | "mixup"
  | "cutmix"
  | "copy_paste"
  | "copy_paste_mode"
>;

interface Settings {
  hyp: V8AugmentationHyp;
  imgsz: number;
  source: SampleSource;
}

/**
 * YOLOv8's training augmentation (8.3): a mosaic or a letterboxed picture, copy-paste, perspective, then MixUp and CutMix
 * with other such pictures, colour, flips, and BGR. For the last epochs (`close_mosaic`) give a `hyp` with `mosaic`, `mixup`,
 * `cutmix` and `copy_paste` 0.
 *
 * @throws LookonceError `ARGUMENT` when `imgsz` is not a whole number of at least 1
 */
export function v8Augmentation(hyp: V8AugmentationHyp, { imgsz, transforms = [] }: AugmentationOptions): Augmentation {
  checkImgsz(imgsz);
  const finish = compose(
    randomHsv({ hue: hyp.hsv_h, saturation: hyp.hsv_s, value: hyp.hsv_v }),
    randomFlipUpDown(hyp.flipud),
    randomFlipLeftRight(hyp.fliplr),
    randomChannelSwap(hyp.bgr),
    ...transforms,
  );
  return async (source, index, rng) => finish(await mixedSample({ hyp, imgsz, source }, index, rng), rng);
}

async function mixedSample(settings: Settings, index: number, rng: Random): Promise<Sample> {
  const { hyp, source } = settings;
  const another = (): Promise<Sample> => placedSample(settings, rng.integer(0, source.length), rng);
  let sample = await placedSample(settings, index, rng);
  if (hyp.copy_paste_mode === "mixup" && hyp.copy_paste > 0 && hasPolygons(sample)) {
    sample = copyPasteV8(sample, hyp.copy_paste, await another());
  }
  if (rng.chance(hyp.mixup)) sample = mixUp(sample, await another(), drawMixUp(rng));
  if (rng.chance(hyp.cutmix)) {
    const free = freeAreas(sample, drawCutAreas(sample.picture, rng));
    if (free.length > 0) sample = cutMix(sample, await another(), rng.choice(free));
  }
  return sample;
}

/** A mosaic or a letterboxed picture, warped to `imgsz × imgsz`. */
async function placedSample({ hyp, imgsz, source }: Settings, index: number, rng: Random): Promise<Sample> {
  let scene = rng.chance(hyp.mosaic)
    ? await mosaicScene(source, { imgsz, index }, rng)
    : sceneOf(letterboxSample(await source.load(index), { size: imgsz }).sample);
  if (hyp.copy_paste_mode === "flip" && hyp.copy_paste > 0 && hasPolygons(scene)) {
    scene = sceneOf(copyPasteV8(drawScene(scene), hyp.copy_paste));
  }
  const size = { width: imgsz, height: imgsz };
  return applyPerspective(scene, { draw: drawPerspective(hyp, rng), size, rules: "v8" });
}

async function mosaicScene(
  source: SampleSource,
  { imgsz, index }: { imgsz: number; index: number },
  rng: Random,
): Promise<Scene> {
  const indices = [index, ...Array.from({ length: 3 }, () => rng.integer(0, source.length))];
  const centre = drawMosaicCentre(imgsz, rng);
  const samples = await Promise.all(indices.map((i) => source.load(i)));
  return mosaic4(samples, { centre, imgsz, rules: "v8" });
}
