export {
  type Letterboxed,
  type LetterboxGeometry,
  type LetterboxOptions,
  letterbox,
  letterboxGeometry,
} from "./letterbox.ts";
export { blankPicture, type Picture, type Size } from "./picture.ts";
export type {
  AugmentationHyp,
  CopyPasteMode,
  HypFamilies,
  HypFamily,
  OptimizerHyp,
  V5Hyp,
  V8Hyp,
} from "./presets/hyp.ts";
export { type ParseHypOptions, parseHyp } from "./presets/parse-hyp.ts";
export { defaultPresets, type HypPreset, hypPreset, hypPresets } from "./presets/presets.ts";
export { readHyp } from "./presets/read-hyp.ts";
export { type PictureHeader, readPicture, readPictureHeader, readPictureSize } from "./read-picture.ts";
export { resizeArea } from "./resize-area.ts";
export { resizeBilinear } from "./resize-bilinear.ts";
export { letterboxSample, type Sample } from "./sample.ts";
export { encodePicture, writePicture } from "./write-picture.ts";
