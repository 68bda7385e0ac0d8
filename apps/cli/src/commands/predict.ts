import type { PredictValues } from "@lookonce/config";
import type { PredictOptions, Results, YOLO } from "lookonce";
import { type CommandWork, work } from "../command.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";
import { PredictReport } from "./predict-report.ts";

/** `lookonce predict`: finds objects and draws them into copies of the images. */
export const predict: CommandWork = work("predict", {
  examples: [
    "lookonce predict model=yolov8n.pt source=bus.jpg",
    "lookonce predict model=yolov8n.onnx source='photos/**' conf=0.5 classes=person,dog --json",
    "lookonce predict model=yolov8n.pt source=street.mp4 vid_stride=2",
    "lookonce predict model=yolov8n.pt source=rtsp://192.168.0.10/stream save=false",
  ],
  run: (values, terminal, args) =>
    runPrediction(values, terminal, (model, hooks) => model.stream(values.source, { ...args, ...hooks })),
});

type Hooks = Pick<PredictOptions, "onOpen" | "onSave" | "onSkip" | "signal">;

/** Loads the model and reports the results as they come. */
export async function runPrediction(
  values: Pick<PredictValues, "model" | "device" | "threads" | "json">,
  terminal: Terminal,
  start: (model: YOLO, hooks: Hooks) => AsyncIterable<Results>,
): Promise<object> {
  const model = await loadModel(values, terminal);
  const report = new PredictReport(terminal, values.json);
  const signal = terminal.catchInterrupt();
  try {
    const hooks: Hooks = {
      onOpen: ({ count }) => report.expect(count),
      onSave: (directory) => report.savedIn(directory),
      onSkip: (image) => report.skip(image),
      signal,
    };
    for await (const result of start(model, hooks)) report.add(result);
  } finally {
    await model.dispose();
  }
  return report.finish(signal?.aborted === true);
}
