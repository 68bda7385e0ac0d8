import { basename, extname, join } from "node:path";
import { type Command, command } from "../command.ts";
import { countClasses } from "../count-classes.ts";
import { flag, integer, integers, number, requiredText } from "../options/option.ts";
import { loadModel } from "./load-model.ts";
import { deviceOptions, imgszOption, modelOption, outputOptions, placeOptions } from "./shared-options.ts";

/** Formats that pictures are saved in as they came; others become JPEG. */
const writable = new Set([".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff"]);

/** `lookonce predict`: finds objects and draws them into copies of the pictures. */
export const predict: Command = command({
  name: "predict",
  summary: "Finds objects in pictures and draws them into copies.",
  options: {
    model: { ...modelOption, help: ".pt, .safetensors or .onnx weights" },
    source: requiredText("a picture, a folder, or a pattern in quotes such as 'pictures/*.jpg'", "path"),
    imgsz: imgszOption(640),
    conf: number({ help: "confidence that a detection must exceed", fallback: 0.25, min: 0, max: 1 }),
    iou: number({
      help: "overlap above which the weaker of two boxes goes (default 0.7, YOLOv5 0.45)",
      fallback: undefined,
      min: 0,
      max: 1,
    }),
    max_det: integer({ help: "most detections in a picture", fallback: 300, min: 1 }),
    classes: integers("numbers of the classes wanted (default: all)"),
    agnostic_nms: flag({ help: "let boxes of different classes suppress each other", fallback: false }),
    rect: flag({ help: "pad pictures only as far as needed, not to a square", fallback: true }),
    save: flag({ help: "save the pictures with boxes drawn in", fallback: true }),
    ...placeOptions("predict"),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: [
    "lookonce predict model=yolov8n.pt source=bus.jpg",
    "lookonce predict model=yolov8n.onnx source=pictures conf=0.5 classes=0,2 --json",
  ],
  async run(values, terminal) {
    const { makeRunDirectory } = await import("lookonce");
    const { source, imgsz, conf, iou, max_det: maxDet, classes, agnostic_nms: agnosticNms, rect } = values;
    const model = await loadModel(values, terminal);
    const images: object[] = [];
    let folder: string | undefined;
    const total = { preprocess: 0, inference: 0, postprocess: 0 };
    const options = {
      ...{ imgsz, conf, maxDet, agnosticNms, rect },
      ...(iou === undefined ? {} : { iou }),
      ...(classes === undefined ? {} : { classes }),
    };
    for await (const result of model.stream(source, options)) {
      const plain = result.toJSON();
      images.push(plain);
      for (const stage of ["preprocess", "inference", "postprocess"] as const) total[stage] += result.speed[stage];
      terminal.say(`${terminal.colors.bold(basename(result.path))}: ${countClasses(plain.boxes)}`);
      if (!values.save) continue;
      // Made with the first result: a source that cannot be read leaves no empty folder.
      folder ??= await makeRunDirectory(join(values.project, values.name), { reuse: values.exist_ok });
      await result.save(join(folder, savedName(result.path)));
    }
    const mean = (sum: number): string => `${(sum / Math.max(1, images.length)).toFixed(1)} ms`;
    terminal.note(
      `${images.length} picture${images.length === 1 ? "" : "s"}, each: preparing ${mean(total.preprocess)}, network ${mean(total.inference)}, selecting ${mean(total.postprocess)}`,
    );
    if (folder !== undefined) terminal.say(`saved in ${folder}`);
    await model.dispose();
    return { images };
  },
});

function savedName(path: string): string {
  const name = basename(path);
  return writable.has(extname(name).toLowerCase()) ? name : `${name}.jpg`;
}
