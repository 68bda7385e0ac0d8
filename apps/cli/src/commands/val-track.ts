import type { ValTrackOptions, ValTrackReport } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { table } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";

/** `lookonce val track`: scores tracks of sequences in MOTChallenge's form. */
export const valTrackCommand: CommandWork = work("val track", {
  examples: [
    "lookonce val track model=yolov8n.pt source=MOT17/train tracker=bytetrack.yaml",
    "lookonce val track source=MOT17/train tracks=runs/track/tracks",
  ],
  async run({ model: file, ...values }, terminal, args) {
    const isNeeded = file !== undefined && values.tracks === undefined;
    const model = isNeeded ? await loadModel({ ...values, model: file }, terminal) : undefined;
    const report = await scoreTracks({ ...args, model }, terminal);
    const header = ["sequence", "MOTA", "MOTP", "IDF1", "HOTA", "misses", "false", "switches", "fragments"];
    const rows = [...report.sequences, { name: "all", ...report.all }].map((row) => [
      row.name,
      ...[row.mota, row.motp, row.idf1, row.hota].map((score) => score.toFixed(3)),
      ...[row.misses, row.falsePositives, row.switches, row.fragmentations].map(String),
    ]);
    terminal.say(...table(header, rows, { align: "<>>>>>>>>" }));
    return report;
  },
});

async function scoreTracks(options: ValTrackOptions, terminal: Terminal): Promise<ValTrackReport> {
  const { valTrack } = await import("@lookonce/yolo");
  const onFrame: ValTrackOptions["onFrame"] = ({ sequence, frames }) =>
    terminal.progress(`${sequence}: ${frames} frames`);
  try {
    return await valTrack({ ...options, onFrame });
  } finally {
    await options.model?.dispose();
  }
}
