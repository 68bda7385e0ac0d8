import { YOLO } from "lookonce";

const [data] = process.argv.slice(2);
const model = await YOLO.load("yolov8n.yaml");
const epochs = [];
const callbacks = [{ onTrainEpochEnd: ({ losses }) => epochs.push(losses) }];
await model.train({ data, epochs: 1, imgsz: 64, batch: 32, fraction: 0.2, seed: 0, callbacks });
console.log(`trained an epoch: ${JSON.stringify(epochs)}`);
