// What each image of docs/augmentation.md shows: samples with captions.
import {
  applyPerspective,
  copyPasteV8,
  cutMix,
  drawScene,
  flipLeftRight,
  flipUpDown,
  letterboxSample,
  mixUp,
  mosaic4,
  mosaic9,
  randomBlur,
  randomBrightnessContrast,
  randomChannelSwap,
  randomClahe,
  randomCutout,
  randomEqualize,
  randomGamma,
  randomGray,
  randomHsv,
  randomJpegQuality,
  randomMedianBlur,
  randomReplicate,
  sceneOf,
  v5Augmentation,
  v8Augmentation,
} from "@lookonce/augment";
import { hypPreset } from "@lookonce/config";
import { Random } from "@lookonce/random";

const random = (purpose) => new Random(7).fork("docs", purpose);
const cell = (caption, { polygons = [], ...sample }) => ({
  ...sample,
  ...(polygons.length > 0 && { masks: polygons.map((outline) => [outline]) }),
  caption,
});
const still = {
  perspectiveX: 0,
  perspectiveY: 0,
  angle: 0,
  scale: 1,
  shearX: 0,
  shearY: 0,
  translateX: 0.5,
  translateY: 0.5,
};

/** Samples made of several. */
export function mixingCells({ plain, circles, size }) {
  const [first, second] = plain;
  const [round] = circles;
  const center = { y: Math.round(1.1 * size), x: Math.round(0.9 * size) };
  const four = drawScene(mosaic4(plain, { center, imgsz: size }));
  const nine = drawScene(mosaic9(plain, { center: { y: size / 2, x: size / 2 }, imgsz: size }));
  const area = [size * 0.54, size * 0.42, size * 0.95, size * 0.9].map(Math.round);
  return [
    cell("the image", first),
    cell("mosaic of 4", four),
    cell("mosaic of 9", nine),
    cell("mixup", mixUp(first, second, 0.5)),
    cell("cutmix", cutMix(first, second, { area })),
    cell("outlines", round),
    cell("copy_paste, flip", { ...copyPasteV8(round, 1), polygons: undefined }),
    cell("copy_paste, mixup", { ...copyPasteV8(round, 1, circles[1]), polygons: undefined }),
  ];
}

/** One sample, its pixels moved. */
export function geometryCells({ plain: [first], size }) {
  const warped = (caption, draw) =>
    cell(
      caption,
      applyPerspective(sceneOf(first), {
        draw: { ...still, ...draw },
        size: { width: size, height: size },
      }),
    );
  return [
    cell("the image", first),
    warped("degrees: 20", { angle: 20 }),
    warped("translate: 0.2", { translateX: 0.7, translateY: 0.4 }),
    warped("scale: 0.5, smaller", { scale: 0.6 }),
    warped("scale: 0.5, larger", { scale: 1.4 }),
    warped("shear: 15", { shearX: 15, shearY: 5 }),
    warped("perspective: 0.001", { perspectiveX: 0.001, perspectiveY: -0.0008 }),
    cell("fliplr", flipLeftRight(first)),
    cell("flipud", flipUpDown(first)),
    cell("letterbox", letterboxOf(first, size)),
  ];
}

/** A wide part of the image, letterboxed to a square. */
function letterboxOf({ image, boxes, classes }, size) {
  const height = Math.round(size * 0.6);
  const part = { data: image.data.subarray(0, height * size * 3), width: size, height };
  const inside = Array.from(classes.keys()).filter((i) => boxes[4 * i + 3] <= height);
  const kept = Float32Array.from(inside.flatMap((i) => [...boxes.subarray(4 * i, 4 * i + 4)]));
  const sample = { image: part, boxes: kept, classes: Int32Array.from(inside, (i) => classes[i]) };
  return letterboxSample(sample, { size }).sample;
}

/** One sample in other colors. */
export function colorCells({ plain: [first] }) {
  const change = (caption, transform, seed = 0) => cell(caption, transform(first, random(caption).fork(seed)));
  const hsv = { hue: 0, saturation: 0, value: 0 };
  return [
    cell("the image", first),
    change("hsv_h", randomHsv({ ...hsv, hue: 0.15 })),
    change("hsv_s", randomHsv({ ...hsv, saturation: 0.9 }), 1),
    change("hsv_v", randomHsv({ ...hsv, value: 0.6 })),
    change("bgr", randomChannelSwap(1)),
    change("equalize", randomEqualize(1)),
    change("clahe", randomClahe({ probability: 1, clipLimit: [4, 4] })),
    change("gray", randomGray(1)),
    change("brightnessContrast", randomBrightnessContrast({ probability: 1, brightness: 0.3, contrast: 0.5 }), 1),
    change("gamma", randomGamma({ probability: 1, range: [0.5, 0.6] })),
  ];
}

/** One sample, with details lost or added. */
export function pixelCells({ plain: [first, second] }) {
  const change = (caption, transform, sample = first) => cell(caption, transform(sample, random(caption)));
  return [
    cell("the image", first),
    change("blur", randomBlur({ probability: 1, sizes: [7, 7] })),
    change("medianBlur", randomMedianBlur({ probability: 1, sizes: [7, 7] })),
    change("jpegQuality", randomJpegQuality({ probability: 1, quality: [5, 8] })),
    change("cutout", randomCutout(1)),
    cell("another image", second),
    change("replicate", randomReplicate(1), second),
  ];
}

/** What training sees with each family's defaults. */
export async function pipelineCells({ plain, size }) {
  const source = { length: plain.length, load: async (index) => plain[index] };
  const rows = [
    ["v8", v8Augmentation(hypPreset("v8"), { imgsz: size })],
    ["v5-scratch-high", v5Augmentation(hypPreset("v5-scratch-high"), { imgsz: size })],
  ];
  const cells = [];
  for (const [name, augment] of rows) {
    for (let index = 0; index < 4; index++) {
      cells.push(cell(`${name}, image ${index}`, await augment(source, index, random(name).fork(index))));
    }
  }
  return cells;
}
