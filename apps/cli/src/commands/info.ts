import { type Command, command } from "../command.ts";
import { table } from "../terminal/table.ts";
import { loadModel } from "./load-model.ts";
import { imgszOption, modelOption, outputOptions } from "./shared-options.ts";

/** `lookonce info`: what a model is made of and costs. */
export const info: Command = command({
  name: "info",
  summary: "Lists a model's layers, parameters and operations.",
  options: { model: modelOption, imgsz: imgszOption(640), ...outputOptions },
  examples: ["lookonce info model=yolov8n.pt", "lookonce info model=yolov5s.yaml imgsz=320 --json"],
  async run({ model: name, imgsz }, terminal) {
    const model = await loadModel({ model: name }, terminal);
    const summary = await model.info({ imgsz });
    const { parameters, gradients, layers, gflops, strides, head } = summary;
    const modules = summary.modules.map(({ index, from, name: module, parameters: own, shape }) => ({
      index,
      from,
      name: module,
      parameters: own,
      shape,
    }));
    const header = ["", "from", "module", "parameters", "output (height × width × channels)"];
    const rows = modules.map((row) => [
      String(row.index),
      String(row.from),
      row.name,
      row.parameters.toLocaleString("en"),
      formatShape(row.shape),
    ]);
    for (const line of table(header, rows)) terminal.say(line);
    terminal.say();
    terminal.say(
      `${terminal.colors.bold(name)}: ${layers} layers, ${parameters.toLocaleString("en")} parameters, ` +
        `${gradients.toLocaleString("en")} gradients, ${gflops.toFixed(1)} GFLOPs at ${summary.imgsz}, strides ${strides.join(", ")}`,
    );
    return { parameters, gradients, layers, gflops, strides, head, modules };
  },
});

function formatShape(shape: readonly number[] | readonly (readonly number[])[]): string {
  return Array.isArray(shape[0]) ? (shape as number[][]).map((level) => level.join("×")).join(" ") : shape.join("×");
}
