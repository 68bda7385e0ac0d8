import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { writeWholeSync } from "@lookonce/files";
import type { Job, PartRecord } from "@lookonce/queue";
import type { SavedEvolution } from "../evolve-args.ts";
import { keepRun, type Trials, type TrialsContext } from "../train-trial.ts";
import { FileMerger } from "./merge-files.ts";
import { savedFolder } from "./predict-job.ts";
import { openBoth, waitForPart } from "./queue-run.ts";
import { shareData, shareModel } from "./shared-files.ts";
import type { TrialResult, TrialTask } from "./trial-job.ts";
import { datasetDigest } from "./val-job.ts";

/**
 * The trainings of an evolution on the workers of a queue. Those of an evolution that is resumed are found again, also where
 * they ended while it was away.
 */
export async function trialsOnQueue(args: SavedEvolution, context: TrialsContext): Promise<Trials> {
  const { directory, data, valData, train, options, source } = context;
  const { queue: url = "", project = "runs", log = () => {}, priority, signal, transforms } = options;
  if (transforms !== undefined) {
    throw new LookonceError("UNSUPPORTED", "Transforms are functions, which do not go over a queue: leave them out.");
  }
  const { queue, storage } = await openBoth({ ...options, queue: url, project });
  const { jobId } = await import("@lookonce/queue");
  const run = runOf(directory);
  const shared: Omit<TrialTask, "recipe" | "generation"> = {
    model: await shareModel(args.model, storage, { log }),
    data: await shareData(args.data, [data, valData], storage),
    digests: [datasetDigest(data), datasetDigest(valData)],
    ...{ train, name: source.name },
  };
  const missing = await queue.describeMissingWorkers();
  if (missing !== undefined) log(missing);
  const records = new Map<number, PartRecord>();
  return {
    async evaluate(recipe, generation) {
      const task: TrialTask = { ...shared, recipe, generation };
      const part = { run, part: generation - 1, parts: Math.max(generation, args.generations) };
      const job: Job = { form: 1, kind: "trial", ...part, storage: storage.ref, task: { ...task } };
      await queue.add([job], { priority });
      if ((await queue.state(jobId(job)))?.state === "failed") await queue.retry(run);
      try {
        const record = await waitForPart(queue, storage, { ...part, signal });
        records.set(generation, record);
        const result = record.data as TrialResult;
        if ("scores" in result) return result.scores;
        throw new LookonceError("NUMERIC", result.unfit);
      } catch (error) {
        if (signal?.aborted) return undefined;
        throw error;
      }
    },
    async over({ generation, isBest }) {
      const record = records.get(generation);
      if (record === undefined) return;
      if (isBest) await keepRun(directory, (best) => new FileMerger(best, storage).add(record, savedFolder));
      await storage.remove(record.prefix);
      records.delete(generation);
    },
    close: () => queue.close(),
  };
}

/** The name under which the trainings of an evolution are queued: it stays the same when that is resumed. */
function runOf(directory: string): string {
  const file = join(directory, "queue.json");
  if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { run: string }).run;
  const run = `trial-${randomBytes(5).toString("hex")}`;
  writeWholeSync(file, `${JSON.stringify({ run })}\n`);
  return run;
}
