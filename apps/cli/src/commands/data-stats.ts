import type { DataStatistics } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { count } from "./info/format.ts";

/** `lookonce data stats`: what the labels of a data set are like. */
export const dataStats: CommandWork = work("data stats", {
  examples: ["lookonce data stats data=coco128.yaml", "lookonce data stats data=pets.yaml split=val --json"],
  async run({ data, split, show }, terminal, args) {
    const { dataStatistics } = await import("@lookonce/yolo");
    const log = (line: string): void => terminal.note(line);
    const statistics = await terminal.during(`counting ${data}`, () => dataStatistics({ ...args, log }));
    print(statistics, show, terminal);
    return { data, split, ...statistics };
  },
});

function print(statistics: DataStatistics, show: number, terminal: Terminal): void {
  const { images, instances, background, classes, areas, sizes, plot } = statistics;
  const rows = classes
    .slice(0, show)
    .map(({ label, name, instances: own, images: having }) => [String(label), name, count(own), count(having)]);
  // Not line by line as arguments: there may be more classes than a call can have
  terminal.say(table(["", "class", "objects", "images"], rows).join("\n"));
  if (classes.length > show) terminal.say(`and ${classes.length - show} more classes`);
  const mean = images === 0 ? 0 : instances / images;
  const shares = [
    ["small, under 32²", areas.small],
    ["medium, under 96²", areas.medium],
    ["large", areas.large],
  ] as const;
  const common = sizes
    .slice(0, Math.min(5, show))
    .map((size) => `${size.width} × ${size.height} (${count(size.images)})`);
  const others = sizes.length - common.length;
  terminal.say(
    "",
    `${count(instances)} objects in ${count(images)} images, ${mean.toFixed(1)} in each; ${count(background)} images have none`,
    `areas in pixels: ${shares.map(([kind, own]) => `${count(own)} ${kind}`).join("; ")}`,
    `sizes of images: ${common.join(", ")}${others > 0 ? ` and ${count(others)} others` : ""}`,
    terminal.colors.bold(plot),
  );
}
