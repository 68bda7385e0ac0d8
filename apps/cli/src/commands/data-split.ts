import { type CommandWork, work } from "../command.ts";
import { count } from "./info/format.ts";

/** `lookonce data split`: lists for training and validation of one folder. */
export const dataSplit: CommandWork = work("data split", {
  examples: [
    "lookonce data split images=pets/images weights=0.8,0.1,0.1",
    "lookonce data split images=flowers by_class=true output=flowers-split",
  ],
  async run({ images }, terminal, args) {
    const { splitData } = await import("@lookonce/yolo");
    const result = await terminal.during(`splitting ${images}`, () => splitData(args));
    for (const [split, file] of Object.entries(result.files)) {
      terminal.say(`${file}: ${count(result.images[split as keyof typeof result.images])} images`);
    }
    if (result.leftOut > 0) terminal.say(`${count(result.leftOut)} images have no labels and are left out`);
    return result;
  },
});
