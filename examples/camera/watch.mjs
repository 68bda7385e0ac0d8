// Watches a camera and keeps an image of each visit: SOURCE is a camera's number, an address (rtsp://, http://), or - for a stream of
// JPEG images on standard input.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { YOLO } from "lookonce";

const { MODEL = "model.onnx", SOURCE = "0", WANTED = "person", OUTPUT = "visits" } = process.env;
/** So many images in a row without what is wanted end a visit. */
const patience = 5;

const model = await YOLO.load(MODEL);
await mkdir(OUTPUT, { recursive: true });
const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => controller.abort());

let [visits, absent, frames] = [0, patience, 0];
const start = performance.now();
try {
  const options = { classes: WANTED.split(","), conf: 0.5, imgsz: 320, signal: controller.signal };
  for await (const result of model.stream(/^\d+$/.test(SOURCE) ? Number(SOURCE) : SOURCE, options)) {
    frames++;
    if (result.boxes.count === 0) absent++;
    else {
      if (absent >= patience) {
        const file = join(OUTPUT, `${new Date().toISOString().replaceAll(":", "-")}.jpg`);
        await result.save(file);
        console.log(`visit ${++visits}: ${result.describe()}, ${file}`);
      }
      absent = 0;
    }
  }
} catch (error) {
  if (!controller.signal.aborted) throw error;
}
await model.dispose();
const rate = frames / ((performance.now() - start) / 1000);
console.log(`${visits} visits in ${frames} images, ${rate.toFixed(1)} images a second`);
