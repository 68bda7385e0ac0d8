export { turnColours } from "./hsv";
export { decodeScan, greyToRgb, makeTable, toRgb } from "./jpeg";
export { fillWeights, mirror, warpAffine, warpPerspective } from "./warp";
