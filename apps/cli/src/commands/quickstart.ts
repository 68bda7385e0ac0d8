import { join } from "node:path";
import { type CommandWork, work } from "../command.ts";

/** `lookonce quickstart`: the whole way of a detector, with nothing to bring. */
export const quickstart: CommandWork = work("quickstart", {
  examples: ["lookonce quickstart"],
  async run({ project, name, device, threads }, terminal) {
    const { progress } = await import("lookonce");
    const { runQuickstart } = await import("lookonce/demos");
    const result = await runQuickstart({
      directory: join(project, name),
      device,
      threads,
      log: (line) => terminal.note(line),
      callbacks: [await progress(terminal.stderr)],
    });
    const { validation, unseen, agreement, seconds, directory, report } = result;
    const { map50, map50_95 } = validation;
    const count = (list: (image: (typeof unseen)[number]) => unknown[]): number =>
      unseen.reduce((sum, image) => sum + list(image).length, 0);
    terminal.say(
      `validation: mAP50 ${map50.toFixed(3)}, mAP50-95 ${map50_95.toFixed(3)}`,
      `${unseen.length} unseen images: ${count(({ drawn }) => drawn)} shapes drawn, ${count(({ found }) => found)} detections`,
      `ONNX file: ${agreement.counts[1]} detections where the model has ${agreement.counts[0]}, at most ${formatSmall(agreement.pixels)} pixels apart`,
      `${seconds.total.toFixed(0)} s in all; the report is ${report}, beside its images in`,
      directory,
    );
    return { directory, report, map50, map50_95, unseen, agreement, seconds };
  },
});

function formatSmall(value: number): string {
  return value === 0 ? "0" : value.toPrecision(1);
}
