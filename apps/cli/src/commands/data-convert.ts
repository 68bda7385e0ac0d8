import type { ConversionResult, WrittenAnnotations } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { bar } from "../terminal/bar.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { count } from "./info/format.ts";

/** `lookonce data convert`: other programs' annotations to YOLO's, and back. */
export const dataConvert: CommandWork = work("data convert", {
  examples: [
    "lookonce data convert annotations=instances_val2017.json images=val2017 output=coco split=val",
    "lookonce data convert annotations=person_keypoints_train2017.json images=train2017 output=people keypoints=true",
    "lookonce data convert annotations=train/labelTxt images=train/images output=dota",
    "lookonce data convert data=pets.yaml split=val to=coco output=pets-val.json",
    "lookonce data convert annotations=VOC2007/Annotations images=VOC2007/JPEGImages output=voc list=train.txt",
    "lookonce data convert annotations=annotations.xml images=images output=pets polygons=true",
    "lookonce data convert annotations=cppe-5/data output=cppe split=test",
    "lookonce data convert data=pets.yaml to=label-studio output=tasks.json",
  ],
  async run({ split, to }, terminal, args) {
    const { convertData, writeAnnotations } = await import("@lookonce/yolo");
    if (to !== "yolo") {
      const written = await writeAnnotations({ ...args, log: (line) => terminal.note(line) });
      printWritten(written, split, terminal);
      return written;
    }
    const result = await convertData({
      ...args,
      onProgress: ({ done, total }) =>
        terminal.progress(`${bar(done, total)} ${Math.floor((100 * done) / Math.max(1, total))} %`),
    });
    print(result, split, terminal);
    return result;
  },
});

function printWritten(
  { path, names, images, objects, leftOut = {} }: WrittenAnnotations,
  split: string,
  terminal: Terminal,
): void {
  terminal.say(`${split}: ${count(images)} images with ${count(objects)} objects of ${names.length} classes`);
  printLeftOut(leftOut, terminal);
  terminal.say(path);
}

function printLeftOut(leftOut: Readonly<Record<string, number>>, terminal: Terminal): void {
  const rows = Object.entries(leftOut).map(([kind, number]): [string, string] => [kind, count(number)]);
  if (rows.length > 0) terminal.say(...table(["left out", ""], rows));
}

function print(
  { yaml, names, leftOut, examples, ...counts }: ConversionResult,
  split: string,
  terminal: Terminal,
): void {
  const { images, objects, background, clipped } = counts;
  terminal.say(`${split}: ${count(images)} images with ${count(objects)} objects of ${names.length} classes`);
  if (background > 0) terminal.say(`${count(background)} images are background`);
  if (clipped > 0) terminal.say(`${count(clipped)} objects were cut off at the border of their image`);
  printLeftOut(leftOut, terminal);
  for (const { kind, reason } of examples.filter((example) => example.kind !== "crowd").slice(0, 5)) {
    terminal.note(`${kind}: ${reason}`);
  }
  terminal.say(yaml);
}
