import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Option, sampleWeights, taskNames, taskSettings } from "@lookonce/config";
import { type Command, optionsOf } from "../command.ts";
import { readConfigFile } from "./config-file.ts";
import { readPairs, requireValues, valuesOf } from "./parse.ts";
import { translateValue } from "./python-habits.ts";

/** The values of a command's options: from the command line, else from the file that `cfg=` names, else the defaults. */
export function readValues(
  argv: readonly string[],
  command: Command,
  { commands, note = () => {} }: { commands: readonly Command[]; note?: (line: string) => void },
): Record<string, unknown> {
  const table = optionsOf(command);
  const { name, positional, examples } = command;
  const pairs = readPairs(argv, table, { name, positional, note });
  const { cfg: file } = valuesOf(pairs, table);
  const all = Object.fromEntries(commands.map((each) => [each.name, optionsOf(each)]));
  const fromFile = typeof file === "string" ? readConfigFile(file, { name, table, all, note }) : [];
  const { cfg: _cfg, ...values } = valuesOf([...fromFile, ...pairs], table);
  for (const { key, text, at } of [...fromFile, ...pairs]) {
    const notice = translateValue(key, text, table[key] as Option)?.notice;
    if (notice !== undefined) note(`${at}${key}=${text}: ${notice}`);
  }
  const complete =
    "model" in table ? withDefaultModel(name === "predict" ? withSample(values, note) : values, note) : values;
  requireValues(complete, table, { name, example: examples[0] });
  return complete;
}

/** The values, with the model and the image that come along where `lookonce predict` is all that was written. */
function withSample(values: Record<string, unknown>, note: (line: string) => void): Record<string, unknown> {
  if (values.model !== undefined || values.source !== undefined || values.task !== undefined) return values;
  const yolo = dirname(createRequire(import.meta.url).resolve("@lookonce/yolo/package.json"));
  note("no model and no source are named: this is a sample that comes with lookonce, a detector of drawn shapes");
  note("yours: lookonce predict model=yolo11n.pt source=image.jpg");
  return { ...values, model: sampleWeights, source: join(yolo, "samples", "shapes.jpg") };
}

/** The values, with the published model of the task that is named where no model is. */
function withDefaultModel(values: Record<string, unknown>, note: (line: string) => void): Record<string, unknown> {
  const name = taskNames.find((each) => each === values.task);
  if (name === undefined || values.model !== undefined) return values;
  const { model } = taskSettings[name];
  note(`model=${model}: no model is named, and it is the published one for ${name}`);
  return { ...values, model };
}
