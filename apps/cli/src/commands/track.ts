import { type CommandWork, work } from "../command.ts";
import { runPrediction } from "./predict.ts";

/** `lookonce track`: follows objects from frame to frame and draws them with their identities. */
export const track: CommandWork = work("track", {
  examples: [
    "lookonce track model=yolov8n.pt source=street.mp4",
    "lookonce track model=yolov8n.pt source=frames tracker=bytetrack.yaml save_txt --json",
    "lookonce track model=yolov8n.pt source=rtsp://192.168.0.10/stream classes=person",
  ],
  run: (values, terminal, args) =>
    runPrediction(values, terminal, (model, hooks) => model.trackStream(values.source, { ...args, ...hooks })),
});
