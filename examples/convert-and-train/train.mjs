// From annotations in COCO's format to a model for ONNX Runtime: node train.mjs FOLDER, which has annotations/train.json,
// annotations/val.json, images/train and images/val.
import { join } from "node:path";
import { convertData, progress, YOLO } from "lookonce";

const { MODEL = "yolov8n.pt", EPOCHS = "50", IMGSZ = "640" } = process.env;
const [folder = "."] = process.argv.slice(2);
const output = join(folder, "yolo");

let data = "";
for (const split of ["train", "val"]) {
  const { yaml, names, images, objects, leftOut } = await convertData({
    annotations: join(folder, "annotations", `${split}.json`),
    images: join(folder, "images", split),
    output,
    split,
  });
  console.log(
    `${split}: ${images} images, ${objects} objects of ${names.join(", ")}; left out: ${JSON.stringify(leftOut)}`,
  );
  data = yaml;
}

// Weights of another data set: what fits is kept, the layers that know the classes start anew
const model = await YOLO.load(MODEL, { log: console.log });
const { best } = await model.train({
  data,
  epochs: Number(EPOCHS),
  imgsz: Number(IMGSZ),
  batch: 8,
  project: join(folder, "runs"),
  callbacks: [await progress(process.stderr)],
});

const { map50 } = await model.val({ data, imgsz: Number(IMGSZ) });
console.log(`mAP50 ${map50.toFixed(3)}, weights in ${best}`);
const { file } = await model.export({ format: "onnx", imgsz: Number(IMGSZ) });
console.log(`exported to ${file}`);
await model.dispose();
