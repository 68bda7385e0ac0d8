import type { ConversionResult } from "lookonce";
import { type Command, command } from "../command.ts";
import { choice, flag, requiredText, text, words } from "../options/option.ts";
import { bar } from "../terminal/bar.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { outputOptions } from "./shared-options.ts";

/** `lookonce data convert`: other programs' annotations to YOLO's. */
export const dataConvert: Command = command({
  name: "data convert",
  summary: "Makes a YOLO data set of COCO (JSON) or Pascal VOC (XML) annotations.",
  options: {
    annotations: requiredText("COCO's file, or VOC's folder of XML files", "path"),
    images: text({
      help: "folder of the images (needed unless save_images=none)",
      expects: "folder",
      fallback: undefined,
    }),
    output: requiredText("folder for the data set; another split can be added to it", "folder"),
    split: choice(["train", "val", "test"], { help: "part of the data set", fallback: "train" }),
    from: choice(["auto", "coco", "voc"], { help: "form of the annotations", fallback: "auto" }),
    save_images: choice(["link", "copy", "none"], {
      help: "link (no space taken), copy or leave the images",
      fallback: "link",
    }),
    polygons: flag({ help: "COCO: write outlines where there are some, not just boxes", fallback: false }),
    list: text({ help: "VOC: list of the files to take", expects: "file.txt", fallback: undefined }),
    classes: words({ help: "VOC: classes to take, in the order of their numbers (default: all)", fallback: undefined }),
    difficult: flag({ help: "VOC: take objects marked as difficult, too", fallback: false }),
    ...outputOptions,
  },
  examples: [
    "lookonce data convert annotations=instances_val2017.json images=val2017 output=coco split=val",
    "lookonce data convert annotations=VOC2007/Annotations images=VOC2007/JPEGImages output=voc list=train.txt",
  ],
  async run(
    { images, list, classes, split, save_images: saveImages, json: _json, verbose: _verbose, ...values },
    terminal,
  ) {
    const { convertData } = await import("lookonce");
    const result = await convertData({
      ...{ ...values, split, saveImages },
      ...(images === undefined ? {} : { images }),
      ...(list === undefined ? {} : { list }),
      ...(classes === undefined ? {} : { names: classes }),
      onProgress: ({ done, total }) =>
        terminal.progress(`${bar(done, total)} ${Math.floor((100 * done) / Math.max(1, total))} %`),
    });
    tell(result, split, terminal);
    return result;
  },
});

function tell(
  { yaml, names, leftOut, examples, ...counts }: ConversionResult,
  split: string,
  terminal: Terminal,
): void {
  const [images, objects] = [counts.images.toLocaleString("en"), counts.objects.toLocaleString("en")];
  terminal.say(`${split}: ${images} images with ${objects} objects of ${names.length} classes`);
  if (counts.background > 0) terminal.say(`${counts.background.toLocaleString("en")} images hold nothing`);
  if (counts.clipped > 0) {
    terminal.say(`${counts.clipped.toLocaleString("en")} objects were cut off at the border of their image`);
  }
  const rows = Object.entries(leftOut).map(([kind, count]): [string, string] => [kind, count.toLocaleString("en")]);
  if (rows.length > 0) for (const line of table(["left out", ""], rows)) terminal.say(line);
  for (const { kind, reason } of examples.filter((example) => example.kind !== "crowd").slice(0, 5)) {
    terminal.note(`${kind}: ${reason}`);
  }
  terminal.say(yaml);
}
