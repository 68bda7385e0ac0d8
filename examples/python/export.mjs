// Writes model.onnx, which returns boxes: suppression is a part of its graph.
import { YOLO } from "lookonce";

const { MODEL = "yolov8n.pt", IMGSZ = "640", FILE = "model.onnx" } = process.env;
const model = await YOLO.load(MODEL);
const { file } = await model.export({ format: "onnx", imgsz: Number(IMGSZ), nms: true, conf: 0.25, file: FILE });
await model.dispose();
console.log(file);
