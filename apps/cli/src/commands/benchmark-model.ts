import type { ModelBenchmark, ModelBenchmarkRow } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { bar } from "../terminal/bar.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `lookonce benchmark`: a model in all its formats, on all devices. */
export const benchmarkModel: CommandWork = work("benchmark", {
  examples: [
    "lookonce benchmark model=yolov8n.pt data=coco128.yaml imgsz=640",
    "lookonce benchmark model=best.safetensors data=data.yaml format=source,onnx,onnx-int8 device=cpu",
  ],
  async run(_values, terminal, args) {
    const { benchmarkModel: measure } = await import("@lookonce/yolo");
    const { interrupt } = terminal;
    const found = await measure({
      ...args,
      ...(interrupt === undefined ? {} : { signal: interrupt }),
      log: (line) => terminal.note(line),
      onProgress: ({ format, device: where, done, images }) =>
        terminal.progress(`${format} on ${where} ${bar(done, images)} ${done}/${images}`),
      onRow: (row) => terminal.note(line(row)),
    });
    print(found, terminal);
    return found;
  },
});

/** A row in words, while others are still measured. */
function line({ format, device, error, scores = {}, imagesPerSecond }: ModelBenchmarkRow): string {
  if (error !== undefined) return `${format} on ${device}: ${error}`;
  const scored = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(4)}, `);
  return `${format} on ${device}: ${scored.join("")}${imagesPerSecond?.toFixed(1)} images a second`;
}

function print({ images, imgsz, rows }: ModelBenchmark, terminal: Terminal): void {
  const cell = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? "–";
  const names = Object.keys(rows.find(({ scores }) => scores !== undefined)?.scores ?? {});
  const header = ["format", "device", "MB", ...names, "network ms", "images/s"];
  const cells = rows.map(({ format, device, bytes, scores, milliseconds, imagesPerSecond }) => [
    format,
    device,
    cell(bytes === undefined ? undefined : bytes / 1e6, 1),
    ...names.map((name) => cell(scores?.[name], 4)),
    cell(milliseconds, 1),
    cell(imagesPerSecond, 1),
  ]);
  terminal.say("", ...table(header, cells, { align: `<<>${">".repeat(names.length)}>>` }));
  for (const { format, device, error } of rows) {
    if (error !== undefined) terminal.say(`${format} on ${device} failed: ${error}`);
  }
  terminal.say("", `${images} images of ${imgsz} × ${imgsz}; network ms an image, images/s from file to results`);
}
