import express from "express";
import { YOLO } from "lookonce";
import { detect } from "./detect.mjs";

const { MODEL = "yolov8n.pt", PORT = "3000" } = process.env;
const model = await YOLO.load(MODEL);
const app = express();

app.post("/detect", detect(model, { conf: 0.4 }), (_, response) => {
  // Boxes in pixels of the image, with confidences and names
  response.json(response.locals.result.toJSON());
});

export const server = app.listen(Number(PORT), () => {
  console.log(`curl -H "content-type: image/jpeg" --data-binary @image.jpg localhost:${server.address().port}/detect`);
});
server.on("close", () => model.dispose());
