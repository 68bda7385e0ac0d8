import type { PredictOptions } from "lookonce";
import { type CommandWork, work } from "../command.ts";
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
  async run(values, terminal, args) {
    const model = await loadModel(values, terminal);
    const report = new PredictReport(terminal, values.json);
    const signal = terminal.catchInterrupt();
    try {
      const settings: PredictOptions = {
        ...args,
        onOpen: ({ count }) => report.expect(count),
        onSave: (directory) => report.savedIn(directory),
        onSkip: (image) => report.skip(image),
        signal,
      };
      for await (const result of model.stream(values.source, settings)) report.add(result);
    } finally {
      await model.dispose();
    }
    return report.finish(signal?.aborted === true);
  },
});
