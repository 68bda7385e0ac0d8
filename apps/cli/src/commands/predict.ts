import type { PredictValues } from "@lookonce/config";
import type { PredictOptions, ReportedResult, Results, YOLO } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { fetching, loadModel } from "./load-model.ts";
import { PredictReport } from "./predict-report.ts";

/** `lookonce predict`: finds objects and draws them into copies of the images. */
export const predict: CommandWork = work("predict", {
  examples: [
    "lookonce predict model=yolov8n.pt source=bus.jpg",
    "lookonce predict model=yolov8n.onnx source='photos/**' conf=0.5 classes=person,dog --json",
    "lookonce predict model=yolov8n.pt source=street.mp4 vid_stride=2",
    "lookonce predict model=yolov8n.pt source=rtsp://192.168.0.10/stream save=false",
  ],
  run(values, terminal, args) {
    const { queue, model, source, json } = values;
    if (queue === undefined) {
      return runPrediction(values, terminal, (loaded, hooks) => loaded.stream(source, { ...args, ...hooks }));
    }
    const { storage, endpoint, priority, shard, job } = values;
    const shared = { queue, storage, endpoint, priority, shard, job, ...fetching(terminal) };
    return reportPrediction({ json }, terminal, async function* (hooks) {
      const { predictOnQueue } = await import("@lookonce/yolo");
      yield* predictOnQueue(model, source, { ...args, ...shared, ...hooks });
    });
  },
});

type Hooks = Pick<PredictOptions, "onOpen" | "onSave" | "onSkip" | "signal">;

/** Loads the model and reports the results as they come. */
export async function runPrediction(
  values: Pick<PredictValues, "model" | "device" | "threads" | "json">,
  terminal: Terminal,
  start: (model: YOLO, hooks: Hooks) => AsyncIterable<Results>,
): Promise<object> {
  const model = await loadModel(values, terminal);
  try {
    return await reportPrediction(values, terminal, (hooks) => start(model, hooks));
  } finally {
    await model.dispose();
  }
}

/** Reports results as they come. */
async function reportPrediction(
  { json }: Pick<PredictValues, "json">,
  terminal: Terminal,
  start: (hooks: Hooks) => AsyncIterable<ReportedResult>,
): Promise<object> {
  const report = new PredictReport(terminal, json);
  const signal = terminal.catchInterrupt();
  const hooks: Hooks = {
    onOpen: ({ count }) => report.expect(count),
    onSave: (directory) => report.savedIn(directory),
    onSkip: (image) => report.skip(image),
    signal,
  };
  for await (const result of start(hooks)) report.add(result);
  return report.finish(signal?.aborted === true);
}
