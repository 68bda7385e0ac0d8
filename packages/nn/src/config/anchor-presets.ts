/** Anchors fitted to COCO that model files may name: widths and heights in pixels by level (YOLOv5 6.1). */
export const anchorPresets: Readonly<Record<string, readonly (readonly number[])[]>> = {
  p5_640: [
    [10, 13, 16, 30, 33, 23],
    [30, 61, 62, 45, 59, 119],
    [116, 90, 156, 198, 373, 326],
  ],
  p6_640: [
    [9, 11, 21, 19, 17, 41],
    [43, 32, 39, 70, 86, 64],
    [65, 131, 134, 130, 120, 265],
    [282, 180, 247, 354, 512, 387],
  ],
  p6_1280: [
    [19, 27, 44, 40, 38, 94],
    [96, 68, 86, 152, 180, 137],
    [140, 301, 303, 264, 238, 542],
    [436, 615, 739, 380, 925, 792],
  ],
  p6_1920: [
    [28, 41, 67, 59, 57, 141],
    [144, 103, 129, 227, 270, 205],
    [209, 452, 455, 396, 358, 812],
    [653, 922, 1109, 570, 1387, 1187],
  ],
  p7_640: [
    [11, 11, 13, 30, 29, 20],
    [30, 46, 61, 38, 39, 92],
    [78, 80, 146, 66, 79, 163],
    [149, 150, 321, 143, 157, 303],
    [257, 402, 359, 290, 524, 372],
  ],
  p7_1280: [
    [19, 22, 54, 36, 32, 77],
    [70, 83, 138, 71, 75, 173],
    [165, 159, 148, 334, 375, 151],
    [334, 317, 251, 626, 499, 474],
    [750, 326, 534, 814, 1079, 818],
  ],
  p7_1920: [
    [29, 34, 81, 55, 47, 115],
    [105, 124, 207, 107, 113, 259],
    [247, 238, 222, 500, 563, 227],
    [501, 476, 376, 939, 749, 711],
    [1126, 489, 801, 1222, 1618, 1227],
  ],
};

/** The preset of a name, with or without "anchors_" before it (`p6_1280`); anything else is given back as it is. */
export function resolveAnchors(anchors: unknown): unknown {
  if (typeof anchors !== "string") return anchors;
  const name = anchors.replace(/^anchors_/, "");
  return Object.hasOwn(anchorPresets, name) ? anchorPresets[name] : anchors;
}
