export { cropImage, type Window } from "./crop-image.ts";
export { centerCrop, centerSquare, type FitOptions, fitImage, type ImageFit } from "./fit-image.ts";
export { type ImageHeader, parseImageHeader } from "./header/parse-image-header.ts";
export { blankImage, type Image, type Size } from "./image.ts";
export { type ImageFormat, imageFormat } from "./image-format.ts";
export { type Drawable, imageFrom, type PixelSource, type RawPixels } from "./image-from.ts";
export {
  type Letterboxed,
  type LetterboxGeometry,
  type LetterboxOptions,
  letterbox,
  letterboxGeometry,
} from "./letterbox.ts";
export {
  type ImageFile,
  type ReadImageOptions,
  readImage,
  readImageHeader,
  readImageSize,
} from "./read-image.ts";
export { resizeAntialiased } from "./resize-antialiased.ts";
export { resizeArea } from "./resize-area.ts";
export { resizeBilinear } from "./resize-bilinear.ts";
export { type EncodeOptions, encodeImage, writeImage } from "./write-image.ts";
