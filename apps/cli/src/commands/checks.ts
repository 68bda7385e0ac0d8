import { homedir } from "node:os";
import type { Checks } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { wrap } from "../terminal/wrap.ts";
import { ownVersion } from "../version.ts";
import { fetchSettings } from "./load-model.ts";

/** `lookonce checks`: what works on this machine. */
export const checksCommand: CommandWork = work("checks", {
  examples: ["lookonce checks", "lookonce checks --json"],
  async run(_values, terminal) {
    const { checks } = await import("@lookonce/yolo");
    const { directory } = fetchSettings(terminal.env);
    const found = await terminal.during("trying every device", () =>
      checks(directory === undefined ? {} : { cache: directory }),
    );
    print(found, terminal);
    return { ...found, versions: { ...found.versions, lookonce: ownVersion() } };
  },
});

function print({ versions, system, cache, ffmpeg, devices }: Checks, terminal: Terminal): void {
  const { bold, green, yellow } = terminal.colors;
  const { onnxruntime, tfjs, sharp } = versions;
  const shown = (value: string | null): string => value ?? "not found";
  const free = cache.free === null ? "" : `, ${gigabytes(cache.free)} free on its disk`;
  const rows = [
    ["lookonce", ownVersion()],
    ["Node.js", versions.node],
    ["onnxruntime-node", shown(onnxruntime)],
    ["@tensorflow/tfjs-core", shown(tfjs)],
    ["sharp", shown(sharp)],
    ["system", `${system.os}, ${system.arch}`],
    ["processor", `${system.cpu}, ${system.threads} thread${system.threads === 1 ? "" : "s"}`],
    ["memory", `${gigabytes(system.memory.total)}, ${gigabytes(system.memory.free)} free`],
    ["cache", `${cache.folder.replace(homedir(), "~")}: ${(cache.used / 1e6).toFixed(1)} MB used${free}`],
    ["ffmpeg", ffmpeg.reason],
  ];
  const width = Math.max(...rows.map(([title]) => (title as string).length));
  for (const [title = "", text = ""] of rows) {
    terminal.say(
      `${bold(title.padEnd(width))}  ${wrap(text, terminal.columns - width - 2).join(`\n${" ".repeat(width + 2)}`)}`,
    );
  }
  terminal.say();
  const reasons = Math.max(30, terminal.columns - Math.max(...devices.map(({ device }) => device.length)) - 10);
  const lines = devices.map(({ device, usable, reason }) => [
    device,
    usable ? "yes" : "no",
    wrap(reason, reasons).join("\n"),
  ]);
  for (const line of table(["device", "works", ""], lines, { align: "<<<" })) {
    terminal.say(
      line.replace(/^(\S+ +)(yes|no)( )/, (_all, name: string, word: string, rest: string) => {
        return `${name}${word === "yes" ? green(word) : yellow(word)}${rest}`;
      }),
    );
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
