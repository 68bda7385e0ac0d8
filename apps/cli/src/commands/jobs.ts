import { type CommandWork, work } from "../command.ts";
import { table } from "../terminal/table.ts";
import { queueOf } from "./worker.ts";

/** `lookonce jobs`: what a queue has, and what is to become of it. */
export const jobs: CommandWork = work("jobs", {
  examples: [
    "lookonce jobs queue=redis://localhost:6379",
    "lookonce jobs queue=redis://localhost:6379 retry=predict-0123456789",
  ],
  async run(values, terminal) {
    const { openJobQueue } = await import("@lookonce/yolo");
    const queue = await openJobQueue(queueOf(values, terminal), { log: (line) => terminal.note(line) });
    try {
      const { cancel, retry } = values;
      if (cancel !== undefined) terminal.say(`${cancel}: ${await queue.cancel(cancel)} jobs canceled`);
      if (retry !== undefined) {
        const count = await queue.retry(retry === "all" ? undefined : retry);
        terminal.say(`${retry}: ${count} failed jobs wait again`);
      }
      const view = await queue.view();
      const { runs, workers } = view;
      const states = ["waiting", "active", "completed", "failed", "canceled"] as const;
      const rows = runs.map(({ run, parts, states: counts }) => [
        ...[run, String(parts)],
        ...states.map((state) => String(counts[state])),
      ]);
      if (rows.length > 0) terminal.say(...table(["run", "jobs", ...states], rows, { align: "<>>>>>>" }));
      const lines = workers.map(({ id, version, device, concurrency, active, completed, failed }) => [
        ...[id, version, device, `${active.length}/${concurrency}`, String(completed), String(failed)],
      ]);
      const columns = ["worker", "version", "device", "active", "completed", "failed"];
      if (lines.length > 0) terminal.say(...table(columns, lines, { align: "<<<>>>" }));
      for (const { id, state, reason, attempts } of view.jobs) {
        if (state === "failed") terminal.warn(`${id} failed ${attempts} times: ${reason}`);
      }
      if (rows.length + lines.length === 0) terminal.say(`${view.queue} has neither jobs nor workers`);
      return view;
    } finally {
      await queue.close();
    }
  },
});
