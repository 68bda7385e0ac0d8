import type { AugmentationHyp, V8Hyp } from "@lookonce/config";
import type { Random } from "@lookonce/random";
import { randomChannelSwap } from "../color/channels.ts";
import { applyHsv, drawHsvTables } from "../color/hsv.ts";
import { compose } from "../compose.ts";
import { flipLeftRight, flipUpDown } from "../geometry/flip.ts";
import { letterboxSample } from "../geometry/letterbox-sample.ts";
import { invert } from "../geometry/matrix.ts";
import {
  applyPerspective,
  drawPerspective,
  type PerspectiveDraw,
  type PerspectiveOptions,
  perspectiveMatrix,
} from "../geometry/perspective.ts";
import { drawScene, type Scene, sceneOf } from "../geometry/scene.ts";
import { seenWindow } from "../geometry/warp.ts";
import { copyPasteV8, hasPolygons } from "../mixing/copy-paste.ts";
import { cutMix, drawCutAreas, freeAreas } from "../mixing/cut-mix.ts";
import { drawMixUp, mixUp } from "../mixing/mix-up.ts";
import { drawMosaicCenter, type MosaicCenter, mosaic4, mosaicRows } from "../mixing/mosaic.ts";
import type { Augmentation, Sample } from "../sample.ts";
import { type AugmentationOptions, canFlip, outputSize, type Settings } from "./options.ts";

/** The hyper-parameters of YOLOv8 that say how images are augmented, by their YAML names. */
export type V8AugmentationHyp = AugmentationHyp &
  Pick<V8Hyp, "bgr" | "cutmix" | "copy_paste_mode" | "auto_augment" | "erasing">;

/** A scene and its warp. */
interface Placed extends Pick<PerspectiveOptions, "size" | "draw" | "outlines" | "flip"> {
  scene: Scene;
}

type V8Settings = Settings<V8AugmentationHyp>;
type Look = NonNullable<PerspectiveOptions["look"]>;

/**
 * YOLOv8's training augmentation (8.3): a mosaic or a letterboxed image, copy-paste, perspective, then MixUp and CutMix
 * with other such images, color, flips, and BGR. For the last epochs (`close_mosaic`) pass a `hyp` with `mosaic`, `mixup`,
 * `cutmix` and `copy_paste` 0; with a `canvas` the first three are off.
 *
 * @throws LookonceError `ARGUMENT` when `imgsz` is not a whole number of at least 1
 */
export function v8Augmentation(given: V8AugmentationHyp, options: AugmentationOptions): Augmentation {
  const size = outputSize(options);
  const { imgsz, canvas, flip, outlinePoints, transforms = [] } = options;
  const hyp = canvas === undefined ? given : { ...given, mosaic: 0, mixup: 0, cutmix: 0 };
  const finish = compose(randomChannelSwap(hyp.bgr), ...transforms);
  return async (source, index, rng) => {
    return finish(await lookedSample({ hyp, imgsz, flip, outlinePoints, size, source }, index, rng), rng);
  };
}

/** A sample with its colors turned and flipped, where nothing was mixed into it in one go with the warp. */
async function lookedSample(settings: V8Settings, index: number, rng: Random): Promise<Sample> {
  const { hyp, flip } = settings;
  const placed = await placeScene(settings, index, rng);
  const mixed = await mixedSample(settings, placed, rng);
  const colors = drawHsvTables({ hue: hyp.hsv_h, saturation: hyp.hsv_s, value: hyp.hsv_v }, rng);
  const upsideDown = rng.chance(hyp.flipud);
  const leftRight = rng.chance(hyp.fliplr);
  const flips = canFlip(mixed ?? placed.scene, flip);
  const look = { colors, mirrored: leftRight && flips };
  const sample = mixed === undefined ? warpPlaced(placed, look) : applyLook(mixed, look, flip);
  return upsideDown && flips ? flipUpDown(sample, flip) : sample;
}

function applyLook(sample: Sample, { colors, mirrored }: Look, flip: readonly number[] | undefined): Sample {
  const turned = colors === undefined ? sample : { ...sample, image: applyHsv(sample.image, colors) };
  return mirrored ? flipLeftRight(turned, flip) : turned;
}

/** What copy-paste, MixUp and CutMix make of a placed scene; `undefined` when none of them does anything. */
async function mixedSample(settings: V8Settings, placed: Placed, rng: Random): Promise<Sample | undefined> {
  const { hyp, source, outlinePoints } = settings;
  const another = async (): Promise<Sample> =>
    warpPlaced(await placeScene(settings, rng.integer(0, source.length), rng), {});
  let sample: Sample | undefined;
  if (hyp.copy_paste_mode === "mixup" && hyp.copy_paste > 0) {
    sample = warpPlaced(placed, {});
    if (hasPolygons(sample)) sample = copyPasteV8(sample, hyp.copy_paste, await another());
  }
  if (rng.chance(hyp.mixup)) sample = mixUp(sample ?? warpPlaced(placed, {}), await another(), drawMixUp(rng));
  if (rng.chance(hyp.cutmix)) {
    sample ??= warpPlaced(placed, {});
    const free = freeAreas(sample, drawCutAreas(sample.image, rng));
    if (free.length > 0) sample = cutMix(sample, await another(), { area: rng.choice(free), outlinePoints });
  }
  return sample;
}

/** A mosaic or a letterboxed image, and how it is to be warped. */
async function placeScene(settings: V8Settings, index: number, rng: Random): Promise<Placed> {
  const { hyp, size, source, flip, outlinePoints } = settings;
  const mosaic = rng.chance(hyp.mosaic) ? drawMosaic(settings, index, rng) : undefined;
  const draw = drawPerspective(hyp, rng);
  let scene = mosaic
    ? await mosaicScene(settings, mosaic, draw)
    : sceneOf(letterboxSample(await source.load(index), { size: [size.height, size.width] }).sample);
  if (copiesObjects(hyp) && hasPolygons(scene)) scene = sceneOf(copyPasteV8(drawScene(scene), hyp.copy_paste));
  return { scene, size, draw, outlines: { points: outlinePoints }, flip };
}

/** Whether objects are copied within a scene, before it is warped. */
function copiesObjects(hyp: V8AugmentationHyp): boolean {
  return hyp.copy_paste_mode === "flip" && hyp.copy_paste > 0;
}

function warpPlaced({ scene, ...placed }: Placed, look: Look): Sample {
  return applyPerspective(scene, { ...placed, look });
}

/** Which four images meet, and where. */
interface Mosaic {
  indices: readonly number[];
  center: MosaicCenter;
}

function drawMosaic({ imgsz, source }: V8Settings, index: number, rng: Random): Mosaic {
  const indices = [index, ...Array.from({ length: 3 }, () => rng.integer(0, source.length))];
  return { indices, center: drawMosaicCenter(imgsz, rng) };
}

/** The mosaic, of whose images only rows were read that the warp can show. */
async function mosaicScene(
  { hyp, imgsz, source, size, outlinePoints = 1000 }: V8Settings,
  { indices, center }: Mosaic,
  draw: PerspectiveDraw,
): Promise<Scene> {
  const canvas = { width: 2 * imgsz, height: 2 * imgsz };
  const seen = seenWindow(canvas, invert(perspectiveMatrix(draw, canvas, size)), size);
  const rows = copiesObjects(hyp) ? [] : mosaicRows(center, seen);
  const samples = await Promise.all(indices.map((index, i) => source.load(index, rows[i])));
  return mosaic4(samples, { center, imgsz, outlinePoints });
}
