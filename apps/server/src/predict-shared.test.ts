import { readFileSync } from "node:fs";
import { describeShared, sharedPath } from "@lookonce/testing";
import { YOLO } from "@lookonce/yolo";
import { expect, it } from "vitest";
import { formOf, testService } from "./test-service.ts";

describeShared("a service with trained weights", ["weights/yolov8n.pt", "data/bus.jpg", "data/zidane.jpg"], () => {
  it("finds what predict finds, in the same places", async () => {
    const weights = sharedPath("weights/yolov8n.pt");
    const files = ["bus", "zidane"].map((name) => readFileSync(sharedPath(`data/${name}.jpg`)));
    const { app } = await testService({ models: [weights], imgsz: 640, maxImgsz: 640 });
    const request = new Request("http://localhost", { method: "POST", body: formOf(files, { model: "yolov8n" }) });
    const answer = await app.inject({
      ...{ method: "POST", url: "/v1/predict", body: Buffer.from(await request.arrayBuffer()) },
      headers: { "content-type": request.headers.get("content-type") as string },
    });
    expect(answer.statusCode).toBe(200);
    const model = await YOLO.load(weights, { threads: 1 });
    const found = await model.predict(files);
    await model.dispose();
    const images = answer.json().images as { boxes: { name: string; x1: number }[] }[];
    expect(images.map(({ boxes }) => boxes)).toEqual(found.map((result) => result.toJSON().boxes));
    expect(images[0]?.boxes.map(({ name }) => name).sort()).toEqual(["bus", "person", "person", "person", "person"]);
  });
});
