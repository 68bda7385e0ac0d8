import { type Command, command } from "../command.ts";
import { integer, requiredText, text } from "../options/option.ts";
import { imgszOption, outputOptions, placeOptions } from "./shared-options.ts";

/** `lookonce data sample`: some images with their labels, before and after augmentation. */
export const dataSample: Command = command({
  name: "data sample",
  summary: "Draws some images with their labels side by side, as they are and augmented.",
  options: {
    data: requiredText("data set file", "file.yaml"),
    split: text({ help: "part to choose from", expects: "name", fallback: "train" }),
    n: integer({ help: "images", fallback: 16, min: 1, max: 400 }),
    augment: text({
      help: "hyper-parameters to augment with: v8, v5-scratch-low, v5-voc, …; none for none",
      expects: "preset",
      fallback: "v8",
    }),
    hyp: text({
      help: "hyper-parameter file of the preset's family, in its place",
      expects: "file.yaml",
      fallback: undefined,
    }),
    imgsz: { ...imgszOption(640), help: "side of the augmented images" },
    seed: integer({ help: "equal seeds give equal grids", fallback: 0, min: 0 }),
    ...placeOptions("data-sample"),
    ...outputOptions,
  },
  examples: [
    "lookonce data sample data=coco128.yaml",
    "lookonce data sample data=pets.yaml n=9 augment=v5-scratch-high seed=3",
  ],
  async run({ n, augment, hyp, exist_ok: existOk, json: _json, verbose: _verbose, ...rest }, terminal) {
    const { sampleData } = await import("lookonce");
    const sample = await terminal.during(`drawing ${n} images`, () =>
      sampleData({
        ...{ ...rest, count: n, existOk, log: (line: string) => terminal.note(line) },
        ...(augment === "none" ? {} : { augment }),
        ...(hyp === undefined ? {} : { hyp }),
      }),
    );
    for (const file of sample.files) terminal.say(terminal.colors.bold(file));
    return sample;
  },
});
