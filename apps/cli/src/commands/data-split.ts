import { type Command, command } from "../command.ts";
import { flag, integer, numbers, requiredText } from "../options/option.ts";
import { outputOptions } from "./shared-options.ts";

/** `lookonce data split`: lists for training and validation of one folder. */
export const dataSplit: Command = command({
  name: "data split",
  summary: "Deals a folder's images out to autosplit_train.txt, autosplit_val.txt and autosplit_test.txt.",
  options: {
    images: requiredText("folder of the images; the lists are written beside it", "folder"),
    weights: numbers({ help: "shares of train, val and test (default 0.9,0.1,0)", fallback: undefined }),
    seed: integer({ help: "equal seeds give equal lists", fallback: 0, min: 0 }),
    annotated_only: flag({ help: "leave out images without labels", fallback: false }),
    ...outputOptions,
  },
  examples: ["lookonce data split images=pets/images weights=0.8,0.1,0.1"],
  async run({ images, weights, seed, annotated_only: annotatedOnly }, terminal) {
    const { splitData } = await import("lookonce");
    const result = await terminal.during(`splitting ${images}`, () =>
      splitData({
        ...{ folder: images, seed, annotatedOnly },
        ...(weights === undefined ? {} : { weights: weights as [number, number, number] }),
      }),
    );
    for (const [split, file] of Object.entries(result.files)) {
      terminal.say(`${file}: ${result.images[split as keyof typeof result.images].toLocaleString("en")} images`);
    }
    if (result.leftOut > 0)
      terminal.say(`${result.leftOut.toLocaleString("en")} images have no labels and are left out`);
    return result;
  },
});
