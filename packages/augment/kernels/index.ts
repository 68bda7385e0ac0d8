export { turnColors } from "./hsv";
export { fillWeights, mirror, warpAffine, warpPerspective } from "./warp";
