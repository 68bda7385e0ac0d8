export { drawDetections } from "./draw/draw-detections.ts";
export type { Drawable, DrawOptions } from "./draw/drawable.ts";
