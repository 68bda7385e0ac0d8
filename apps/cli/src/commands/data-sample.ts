import { type CommandWork, work } from "../command.ts";

/** `lookonce data sample`: some images with their labels, before and after augmentation. */
export const dataSample: CommandWork = work("data sample", {
  examples: [
    "lookonce data sample data=coco128.yaml",
    "lookonce data sample data=pets.yaml n=9 augment=v5-scratch-high seed=3",
  ],
  async run({ n }, terminal, args) {
    const { sampleData } = await import("@lookonce/yolo");
    const sample = await terminal.during(`drawing ${n} images`, () =>
      sampleData({ ...args, log: (line) => terminal.note(line) }),
    );
    for (const file of sample.files) terminal.say(terminal.colors.bold(file));
    return sample;
  },
});
