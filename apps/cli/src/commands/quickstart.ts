import { join } from "node:path";
import { type CommandWork, work } from "../command.ts";

/** `lookonce quickstart`: the whole way of a model, with nothing to bring. */
export const quickstart: CommandWork = work("quickstart", {
  examples: ["lookonce quickstart", "lookonce quickstart task=segment", "lookonce quickstart model=yolo26"],
  async run({ task, model, project, name, device, threads }, terminal) {
    const { progress } = await import("@lookonce/yolo");
    const { describeEndToEnd, runQuickstart } = await import("@lookonce/yolo/demos");
    const result = await runQuickstart({
      task,
      model,
      directory: join(project, name),
      device,
      threads,
      log: (line) => terminal.note(line),
      callbacks: [await progress(terminal.stderr)],
    });
    const { validation, endToEnd, unseen, agreement, seconds, directory, report } = result;
    const { scores } = validation.table[0];
    const count = (list: (image: (typeof unseen)[number]) => unknown[]): number =>
      unseen.reduce((sum, image) => sum + list(image).length, 0);
    terminal.say(
      `validation: ${Object.entries(scores)
        .map(([score, value]) => `${score} ${value.toFixed(3)}`)
        .join(", ")}`,
      ...(endToEnd === undefined ? [] : [describeEndToEnd(endToEnd, result.task.score)]),
      `${unseen.length} unseen images: ${count(({ drawn }) => drawn)} shapes drawn, ${count(({ found }) => found)} ${result.task.finds}`,
      `ONNX file: ${agreement.counts[1]} where the model has ${agreement.counts[0]}, at most ${formatSmall(agreement.pixels)} pixels apart`,
      `${seconds.total.toFixed(0)} s in all; the report is ${report}, beside its images in`,
      directory,
    );
    const withoutSuppression = endToEnd && {
      scores: endToEnd.validation.table[0].scores,
      detections: endToEnd.detections,
      duplicates: endToEnd.duplicates,
    };
    return { task, model, directory, report, scores, withoutSuppression, unseen, agreement, seconds };
  },
});

function formatSmall(value: number): string {
  return value === 0 ? "0" : value.toPrecision(1);
}
