export { randomChannelSwap, randomGray, swapChannels, toGray } from "./color/channels.ts";
export {
  type ApplyClaheOptions,
  applyClahe,
  type ClaheOptions,
  type RandomClaheOptions,
  randomClahe,
} from "./color/clahe.ts";
export { equalizeHistogram, randomEqualize } from "./color/equalize.ts";
export {
  applyHsv,
  drawHsv,
  type HsvShift,
  type HsvTables,
  type HueRule,
  hsvTables,
  type RandomHsvOptions,
  randomHsv,
} from "./color/hsv.ts";
export {
  applyTable,
  type BrightnessContrast,
  brightnessContrastTable,
  gammaTable,
  type RandomBrightnessContrastOptions,
  type RandomGammaOptions,
  randomBrightnessContrast,
  randomGamma,
} from "./color/tone.ts";
export { compose, sometimes, type Transform } from "./compose.ts";
export { boxCandidates, type CandidateLimits } from "./geometry/box-candidates.ts";
export { flipLeftRight, flipUpDown, randomFlipLeftRight, randomFlipUpDown } from "./geometry/flip.ts";
export { letterboxSample, letterboxTo } from "./geometry/letterbox-sample.ts";
export { selectObjects } from "./geometry/objects.ts";
export {
  applyPerspective,
  drawPerspective,
  type OutlineRules,
  type PerspectiveDraw,
  type PerspectiveOptions,
  type PerspectiveRange,
  perspectiveMatrix,
  randomPerspective,
} from "./geometry/perspective.ts";
export { drawScene, type Scene, sceneOf, type Tile } from "./geometry/scene.ts";
export {
  copyPasteV5,
  copyPasteV8,
  drawCopies,
  fittingCopies,
  leastHidingCopies,
  type PasteMirroredOptions,
  pasteMirrored,
  pasteObjects,
} from "./mixing/copy-paste.ts";
export { type Area, type CutMixOptions, cutMix, drawCutAreas, freeAreas } from "./mixing/cut-mix.ts";
export { drawMixUp, mixUp } from "./mixing/mix-up.ts";
export {
  drawMosaic9Corner,
  drawMosaicCenter,
  type MosaicCenter,
  type MosaicOptions,
  mosaic4,
  mosaic9,
} from "./mixing/mosaic.ts";
export {
  type ClassifyAugmentationOptions,
  classifyAugmentations,
  v5ClassifyAugmentation,
  v8ClassifyAugmentation,
} from "./pipelines/classify-augmentation.ts";
export type { AugmentationOptions } from "./pipelines/options.ts";
export { v5Augmentation } from "./pipelines/v5-augmentation.ts";
export { type V8AugmentationHyp, v8Augmentation } from "./pipelines/v8-augmentation.ts";
export { boxBlur, type RandomBlurOptions, randomBlur } from "./pixels/box-blur.ts";
export { applyCutout, drawCutout, type Patch, randomCutout } from "./pixels/cutout.ts";
export { applyJpegLoss, type RandomJpegQualityOptions, randomJpegQuality } from "./pixels/jpeg-quality.ts";
export { medianBlur, randomMedianBlur } from "./pixels/median-blur.ts";
export { type RareChanges, rareChanges } from "./pixels/rare-changes.ts";
export { applyReplicas, drawReplicas, type Replica, randomReplicate } from "./pixels/replicate.ts";
export type { Augmentation, LoadedSample, Objects, Sample, SampleSource } from "./sample.ts";
