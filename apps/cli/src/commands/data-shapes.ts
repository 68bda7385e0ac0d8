import { type Command, command } from "../command.ts";
import { integer, text, words } from "../options/option.ts";
import { bar } from "../terminal/bar.ts";
import { outputOptions } from "./shared-options.ts";

/** `lookonce data shapes`: the quickstart's data set, of any size. */
export const dataShapes: Command = command({
  name: "data shapes",
  summary: "Draws a data set of colored shapes, to try things on without a download.",
  options: {
    output: text({ help: "folder to write to: a new one, or one of shapes", expects: "folder", fallback: "shapes" }),
    train: integer({ help: "images to train on", fallback: 320, min: 1 }),
    val: integer({ help: "images to validate on", fallback: 80, min: 1 }),
    size: integer({ help: "side of the images in pixels", fallback: 160, min: 32 }),
    classes: words({ help: "of circle, square, triangle, star, cross (default: all)", fallback: undefined }),
    seed: integer({ help: "equal seeds give equal images", fallback: 0, min: 0 }),
    ...outputOptions,
  },
  examples: ["lookonce data shapes output=shapes size=320 train=1000 val=200"],
  async run({ output, train, val, size, classes, seed }, terminal) {
    const { drawShapes } = await import("lookonce");
    type Classes = NonNullable<Parameters<typeof drawShapes>[0]["classes"]>;
    const shapes = await drawShapes({
      ...{ directory: output, train, val, size, seed },
      onProgress: ({ done, total }) => terminal.progress(`${bar(done, total)} ${done}/${total} images`),
      // Names that are no shapes are refused there, with a hint
      ...(classes === undefined ? {} : { classes: classes as unknown as Classes }),
    });
    for (const split of ["train", "val"] as const) {
      terminal.say(`${split}: ${shapes.images[split]} images with ${shapes.instances[split]} shapes`);
    }
    terminal.say(shapes.yaml);
    return shapes;
  },
});
