import { letterboxSample } from "@lookonce/augment";

const image = { width: 320, height: 200, data: new Uint8Array(320 * 200 * 3) };
const boxes = Float32Array.of(10, 20, 110, 80);
const { sample, ratio, padding } = letterboxSample({ image, boxes, classes: Int32Array.of(0) }, { size: 640 });
if (sample.image.width !== 640 || sample.boxes[0] !== 20) throw new Error("the box is elsewhere");
console.log(`letterboxed to 640 with ratio ${ratio[0]} and padding ${padding.join(", ")}`);
