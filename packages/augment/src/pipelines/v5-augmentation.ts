import type { AugmentationHyp } from "@lookonce/config";
import { letterbox, type Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { randomHsv } from "../color/hsv.ts";
import { compose, sometimes, type Transform } from "../compose.ts";
import { flipLeftRight, flipUpDown } from "../geometry/flip.ts";
import { clipPoints, moveObjects } from "../geometry/objects.ts";
import { applyPerspective, drawPerspective } from "../geometry/perspective.ts";
import { drawScene, type Scene, sceneOf } from "../geometry/scene.ts";
import { copyPasteV5, hasPolygons } from "../mixing/copy-paste.ts";
import { drawMixUp, mixUp } from "../mixing/mix-up.ts";
import { drawMosaicCenter, mosaic4 } from "../mixing/mosaic.ts";
import type { Augmentation, Sample } from "../sample.ts";
import { type AugmentationOptions, canFlip, outputSize, type Settings } from "./options.ts";

/** YOLOv5 clips boxes to [0, side − 1e-3], in pixels of the finished image. */
const EDGE = 1e-3;

/**
 * YOLOv5's training augmentation (7.0): a mosaic, perhaps mixed with another, or a letterboxed image, warped; then
 * color and flips. For epochs without mosaics pass a `hyp` with `mosaic` 0, which rules out mixups and copies as well; a
 * `canvas` does the same.
 *
 * @throws LookonceError `ARGUMENT` when `imgsz` is not a whole number of at least 1
 */
export function v5Augmentation(given: AugmentationHyp, options: AugmentationOptions): Augmentation {
  const size = outputSize(options);
  const { imgsz, canvas, flip, outlinePoints, transforms = [] } = options;
  const flips =
    (change: typeof flipUpDown): Transform =>
    (sample) =>
      canFlip(sample, flip) ? change(sample, flip) : sample;
  const hyp = canvas === undefined ? given : { ...given, mosaic: 0 };
  const finish = compose(
    randomHsv({ hue: hyp.hsv_h, saturation: hyp.hsv_s, value: hyp.hsv_v, hueRule: "multiply" }),
    sometimes(hyp.flipud, flips(flipUpDown)),
    sometimes(hyp.fliplr, flips(flipLeftRight)),
    ...transforms,
  );
  return async (source, index, rng) => {
    const sample = await placedSample({ hyp, imgsz, flip, outlinePoints, size, source }, index, rng);
    const { width, height } = sample.image;
    return finish({ ...sample, boxes: clipPoints(sample.boxes, [0, 0, width - EDGE, height - EDGE]) }, rng);
  };
}

async function placedSample(settings: Settings<AugmentationHyp>, index: number, rng: Random): Promise<Sample> {
  const { hyp, size, source } = settings;
  if (!rng.chance(hyp.mosaic)) return warp(sceneOf(letterboxed(await source.load(index), size)), settings, rng);
  const sample = await mosaicSample(settings, index, rng);
  if (!rng.chance(hyp.mixup)) return sample;
  return mixUp(sample, await mosaicSample(settings, rng.integer(0, source.length), rng), drawMixUp(rng));
}

/** Boxes move by halves of the whole border, as drawn or half a pixel off. */
function letterboxed(sample: Sample, { height, width }: Size): Sample {
  const { image, ratio, exactPadding } = letterbox(sample.image, { size: [height, width] });
  return { ...moveObjects(sample, { scale: ratio, shift: exactPadding }), image };
}

async function mosaicSample(settings: Settings<AugmentationHyp>, index: number, rng: Random): Promise<Sample> {
  const { hyp, imgsz, source } = settings;
  const center = drawMosaicCenter(imgsz, rng);
  const indices = [index, ...Array.from({ length: 3 }, () => rng.integer(0, source.length))];
  const order = rng.permutation(4).map((i) => indices[i] as number);
  const samples = await Promise.all(order.map((i) => source.load(i)));
  let scene = mosaic4(samples, { center, imgsz, keepEmpty: true });
  if (hyp.copy_paste > 0 && hasPolygons(scene)) scene = sceneOf(copyPasteV5(drawScene(scene), hyp.copy_paste, rng));
  return warp(scene, settings, rng);
}

function warp(scene: Scene, { hyp, size, outlinePoints }: Settings<AugmentationHyp>, rng: Random): Sample {
  return applyPerspective(scene, {
    draw: drawPerspective(hyp, rng),
    size,
    outlines: { points: outlinePoints, clip: false },
  });
}
