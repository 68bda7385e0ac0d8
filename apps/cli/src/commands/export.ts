import { type Command, command } from "../command.ts";
import { choice, integer, text } from "../options/option.ts";
import { loadModel } from "./load-model.ts";
import { imgszOption, modelOption, outputOptions } from "./shared-options.ts";

/** `lookonce export`: writes a model in another program's format. */
export const exportModel: Command = command({
  name: "export",
  summary: "Writes a model in another program's format and checks that the numbers agree.",
  options: {
    model: modelOption,
    format: choice(["onnx"], { help: "format of the file", fallback: "onnx" }),
    imgsz: imgszOption(640),
    batch: integer({ help: "pictures in a batch", fallback: 1, min: 1 }),
    opset: integer({ help: "version of ONNX's operators", fallback: 17, min: 13, max: 22 }),
    file: text({ help: "file to write (default: beside the model)", expects: "file", fallback: undefined }),
    ...outputOptions,
  },
  examples: ["lookonce export model=yolov8n.pt format=onnx imgsz=640"],
  async run({ model: name, format, imgsz, batch, opset, file }, terminal) {
    const model = await loadModel({ model: name }, terminal);
    const report = await model.export({ format, imgsz, batch, opset, ...(file === undefined ? {} : { file }) });
    const { pixels, probability } = report.differences;
    terminal.note(
      `checked against the model: boxes differ by at most ${pixels.toPrecision(2)} pixels, probabilities by ${probability.toPrecision(2)}`,
    );
    terminal.say(`saved ${report.file} (${(report.bytes / 1e6).toFixed(1)} MB, ${report.seconds.toFixed(1)} s)`);
    await model.dispose();
    return report;
  },
});
