import type { BenchmarkForm, ModelBenchmark, ModelBenchmarkRow } from "lookonce";
import { type Command, command } from "../command.ts";
import { number, type Option, type OptionTable, requiredText, text, words } from "../options/option.ts";
import { bar } from "../terminal/bar.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { deviceOptions, imgszOption, modelOption, outputOptions } from "./shared-options.ts";

/** What can be measured; a test holds it to what the façade knows. */
const forms: readonly BenchmarkForm[] = [
  "source",
  "onnx",
  "onnx-half",
  "onnx-int8",
  "tfjs",
  "tfjs-half",
  "tfjs-int8",
  "safetensors",
  "torch",
];

type Device = "cpu" | "webgpu" | "cuda";
const devices: readonly Device[] = ["cpu", "webgpu", "cuda"];

/** Words of a list, each one of few. */
function some<W extends string>(known: readonly W[], help: string): Option<W[] | undefined> {
  const list = words({ help, fallback: undefined });
  const pick = (word: string): W | undefined => known.find((one) => one === word.toLowerCase().replaceAll("_", "-"));
  return {
    ...list,
    fallback: undefined,
    expects: known.join("|"),
    choices: known,
    read(given) {
      const found = list.read(given)?.map(pick);
      return found?.every((word) => word !== undefined) ? (found as W[]) : undefined;
    },
  };
}

const options = {
  model: modelOption,
  data: requiredText("data set whose images are looked at", "file"),
  split: text({ help: "part of the data set", expects: "val|test|train", fallback: "val" }),
  imgsz: imgszOption(640),
  format: some(forms, "what is measured, with commas between (default: all but tfjs-half and tfjs-int8)"),
  device: some(devices, "where, with commas between (default: wherever it works)"),
  fraction: number({ help: "share of the images that is looked at", fallback: 1, min: 0, max: 1 }),
  threads: deviceOptions.threads,
  file: text({ help: "folder to leave the exports in (default: none)", expects: "folder", fallback: undefined }),
  ...outputOptions,
} satisfies OptionTable;

/** `lookonce benchmark`: a model in all its formats, on all devices. */
export const benchmarkModel: Command = command({
  name: "benchmark",
  summary: "Compares a model's formats and devices: size, mAP on a data set, speed.",
  options,
  examples: [
    "lookonce benchmark model=yolov8n.pt data=coco128.yaml imgsz=640",
    "lookonce benchmark model=best.safetensors data=data.yaml format=source,onnx,onnx-int8 device=cpu",
  ],
  async run({ model, data, split, imgsz, format, device, fraction, threads, file }, terminal) {
    const { benchmarkModel: measure } = await import("lookonce");
    const { interrupt } = terminal;
    const found = await measure({
      ...{ model, data, split, imgsz, fraction: fraction ?? 1 },
      ...(format === undefined ? {} : { forms: format }),
      ...(device === undefined ? {} : { devices: device }),
      ...(threads === undefined ? {} : { threads }),
      ...(file === undefined ? {} : { directory: file }),
      ...(interrupt === undefined ? {} : { signal: interrupt }),
      log: (line) => terminal.note(line),
      onProgress: ({ form, device: where, done, images }) =>
        terminal.progress(`${form} on ${where} ${bar(done, images)} ${done}/${images}`),
      onRow: (row) => terminal.note(line(row)),
    });
    tell(found, terminal);
    return found;
  },
});

/** A row in words, while others are still measured. */
function line({ form, device, error, map50_95, imagesPerSecond }: ModelBenchmarkRow): string {
  if (error !== undefined) return `${form} on ${device}: ${error}`;
  return `${form} on ${device}: mAP50-95 ${map50_95?.toFixed(4)}, ${imagesPerSecond?.toFixed(1)} images a second`;
}

function tell({ images, imgsz, rows }: ModelBenchmark, terminal: Terminal): void {
  terminal.say();
  const cell = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? "–";
  const header = ["format", "device", "MB", "mAP50-95", "mAP50", "network ms", "images/s"];
  const lines = table(
    header,
    rows.map(({ form, device, bytes, map50_95, map50, milliseconds, imagesPerSecond }) => [
      form,
      device,
      cell(bytes === undefined ? undefined : bytes / 1e6, 1),
      cell(map50_95, 4),
      cell(map50, 4),
      cell(milliseconds, 1),
      cell(imagesPerSecond, 1),
    ]),
    { align: "<<>>>>>" },
  );
  for (const row of lines) terminal.say(row);
  for (const { form, device, error } of rows) {
    if (error !== undefined) terminal.say(`${form} on ${device} failed: ${error}`);
  }
  terminal.say();
  terminal.say(`${images} images of ${imgsz} × ${imgsz}; network ms an image, images/s from file to boxes`);
}
