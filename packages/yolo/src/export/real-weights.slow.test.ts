import { join } from "node:path";
import { describeShared, sharedPath } from "@lookonce/testing";
import { expect, it } from "vitest";
import { type Results, YOLO } from "../index.ts";
import { temporaryFolder } from "../test-model.ts";

const folder = temporaryFolder();
const files = ["weights/yolov8n.pt", "weights/yolov5n.pt", "data/bus.jpg"];

describeShared("exports of real weights", files, () => {
  it.each(["yolov8n", "yolov5n"])("%s finds on bus.jpg what it finds itself, to 1e-3 pixels and 1e-4", async (name) => {
    const options = { imgsz: 640, rect: false, workers: 0 };
    const image = sharedPath("data/bus.jpg");
    const detect = async (model: YOLO): Promise<Results> => {
      const [found] = await model.predict(image, options);
      await model.dispose();
      return found as Results;
    };
    const source = (): Promise<YOLO> => YOLO.load(sharedPath(`weights/${name}.pt`));
    const own = await detect(await source());
    expect(own.boxes.count).toBeGreaterThan(3);
    for (const format of ["onnx", "tfjs", "safetensors", "torch"]) {
      const model = await source();
      const ending = format === "tfjs" ? "_web_model" : format === "torch" ? ".pt" : `.${format}`;
      const { file } = await model.export({ format, file: join(folder, `${name}${ending}`), imgsz: 640 });
      await model.dispose();
      const theirs = await detect(await YOLO.load(file));
      expect(theirs.boxes.classes).toEqual(own.boxes.classes);
      const worst = (a: Float32Array, b: Float32Array): number =>
        a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
      expect(worst(theirs.boxes.boxes, own.boxes.boxes), format).toBeLessThan(1e-3);
      expect(worst(theirs.boxes.scores, own.boxes.scores), format).toBeLessThan(1e-4);
    }
  });
});
