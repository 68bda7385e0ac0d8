import { once } from "node:events";
import { LookonceError } from "@lookonce/errors";
import { type CommandWork, work } from "../command.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `lookonce worker`: computes jobs of a queue until somebody stops it. */
export const worker: CommandWork = work("worker", {
  examples: [
    "lookonce worker queue=redis://:password@10.0.0.5:6379",
    "LOOKONCE_QUEUE=rediss://… lookonce worker device=cuda concurrency=2",
  ],
  async run(values, terminal) {
    const { startQueueWorker } = await import("lookonce");
    const { device, threads, concurrency, cache, grace } = values;
    const stopped = terminal.catchInterrupt({ isEnd: true });
    const queue = queueOf(values, terminal);
    const started = await startQueueWorker({
      ...{ queue, device, threads, concurrency, cache },
      log: (line) => terminal.note(line),
      onEnd: ({ run, part, parts }, { state, seconds, reason }) => {
        const what = `${run} ${part + 1}/${parts}`;
        terminal.note(`${what} ${state} after ${seconds.toFixed(1)} s${reason === undefined ? "" : `: ${reason}`}`);
      },
    });
    terminal.say(`${terminal.colors.bold(started.id)} waits for jobs; Ctrl+C stops it`);
    // Without a signal, it works until the system ends it
    if (!stopped?.aborted) await (stopped === undefined ? new Promise(() => {}) : once(stopped, "abort"));
    terminal.note("finishing what is under way; a second Ctrl+C ends it at once");
    await started.stop(grace * 1000);
    const { id, completed, failed } = started.view();
    return { id, completed, failed };
  },
});

/** The queue that is named, or the environment's. */
export function queueOf({ queue }: { queue?: string | undefined }, { env }: Pick<Terminal, "env">): string {
  const found = queue ?? env.LOOKONCE_QUEUE;
  if (found) return found;
  throw new LookonceError("ARGUMENT", "name the queue, as queue=redis://host:6379, or in LOOKONCE_QUEUE.");
}
