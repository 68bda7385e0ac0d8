import { LookonceError } from "@lookonce/errors";
import type { DatasetReport } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { bar } from "../terminal/bar.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { count } from "./info/format.ts";

/** `lookonce data check`: checks every image and label. */
export const dataCheck: CommandWork = work("data check", {
  examples: ["lookonce data check data=coco128.yaml", "lookonce data check data=pets.yaml splits=val show=100"],
  async run({ data, show, strict }, terminal, args) {
    const { checkData } = await import("@lookonce/yolo");
    const check = await checkData({
      ...args,
      log: (line) => terminal.note(line),
      onProgress: (split, { done, total }) =>
        terminal.progress(`${split} ${bar(done, total)} ${count(done)}/${count(total)}`),
    });
    const { names } = check;
    terminal.say(`${data}: ${names.length} classes: ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`);
    const reports = Object.entries(check.splits);
    if (reports.length > 0) print(reports, show, terminal);
    const [failure] = Object.values(check.errors);
    for (const { message } of Object.values(check.errors).slice(1)) terminal.error(message);
    if (failure !== undefined) throw new LookonceError(failure.code as LookonceError["code"], failure.message);
    const wrong = reports.reduce((sum, [, { problems }]) => sum + problems.length, 0);
    if (strict && wrong > 0) {
      throw new LookonceError("DATA", `${data}: ${count(wrong)} images or labels are wrong; they are listed above.`);
    }
    return { data, names, splits: check.splits };
  },
});

type Reports = [split: string, report: DatasetReport][];

function print(reports: Reports, show: number, terminal: Terminal): void {
  const header = ["", "images", "objects", "labeled", "no labels", "empty", "corrupt", "turned"];
  const rows = reports.map(([split, { images, instances, found, missing, empty, corrupt, oriented }]) => [
    split,
    ...[images, instances, found, missing, empty, corrupt, oriented].map(count),
  ]);
  terminal.say(...table(header, rows));
  const kinds = [
    ...new Set(reports.flatMap(([, { kinds: own }]) => Object.keys(own))),
  ] as (keyof DatasetReport["kinds"])[];
  if (kinds.length === 0) {
    terminal.say("Nothing is wrong.");
    return;
  }
  const counts = kinds.map((kind) => [kind, ...reports.map(([, report]) => String(report.kinds[kind] ?? 0))]);
  terminal.say("", ...table(["left out", ...reports.map(([split]) => split)], counts), "");
  for (const [split, { problems }] of reports) {
    for (const { path, line, reason } of problems.slice(0, show)) {
      terminal.say(`${split}: ${path}${line === undefined ? "" : `, line ${line}`}: ${reason}`);
    }
    if (problems.length > show) terminal.say(`${split}: and ${problems.length - show} more; show=N names more of them`);
  }
}
