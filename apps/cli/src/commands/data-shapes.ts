import { type CommandWork, work } from "../command.ts";
import { bar } from "../terminal/bar.ts";

/** `lookonce data shapes`: the quickstart's data set, of any size. */
export const dataShapes: CommandWork = work("data shapes", {
  examples: ["lookonce data shapes output=shapes size=320 train=1000 val=200", "lookonce data shapes task=pose"],
  async run(_values, terminal, args) {
    const { drawShapes } = await import("@lookonce/yolo");
    const shapes = await drawShapes({
      ...args,
      onProgress: ({ done, total }) => terminal.progress(`${bar(done, total)} ${done}/${total} images`),
    });
    for (const split of ["train", "val"] as const) {
      terminal.say(`${split}: ${shapes.images[split]} images with ${shapes.instances[split]} shapes`);
    }
    terminal.say(shapes.yaml);
    return shapes;
  },
});
