import type { SppfComparison } from "@lookonce/yolo/demos";
import { type CommandWork, work } from "../command.ts";
import { table } from "../terminal/table.ts";

/** `lookonce benchmark sppf`: that SPPF is SPP, and faster. */
export const benchmarkSppf: CommandWork = work("benchmark sppf", {
  examples: ["lookonce benchmark sppf", "lookonce benchmark sppf passes=500 threads=1 --json"],
  async run({ passes, device, threads }, terminal) {
    const { benchmarkSppf: measure } = await import("@lookonce/yolo/demos");
    const result = await terminal.during(`timing ${passes} passes`, () => measure({ passes, device, threads }));
    const { shape, pooling, modules, overhead, published } = result;
    const row = (title: string, { spp, sppf, ratio, identical }: SppfComparison): string[] => [
      title,
      `${spp.toFixed(3)} s`,
      `${sppf.toFixed(3)} s`,
      `${ratio.toFixed(2)}×`,
      identical ? "bit for bit" : "no",
    ];
    const asPublished = row("pooling, as published", { ...published, identical: true }).with(4, "yes");
    const rows = [row("pooling", pooling), row("with convolutions", modules), asPublished];
    const header = ["", "SPP(5, 9, 13)", "SPPF(5)", "faster by", "equal"];
    terminal.say(
      `${passes} passes of ${shape.join("×")} (images × channels × height × width) on ${result.device}`,
      "",
      ...table(header, rows),
      "",
      `Times are median passes times their number; ${overhead.toFixed(3)} s of each is handing maps over and joining them.`,
      `Published: ${published.source}`,
    );
    return result;
  },
});
