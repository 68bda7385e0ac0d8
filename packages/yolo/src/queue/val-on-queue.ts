import { join } from "node:path";
import { withDefaults } from "@lookonce/config";
import { outlineModel } from "../build-model.ts";
import { describeMissing } from "../describe-problem.ts";
import { type FindModelOptions, findModel } from "../model-source.ts";
import type { ValOptions, ValReport } from "../options.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { checkWrites } from "../val-model.ts";
import { FileMerger, isHere } from "./merge-files.ts";
import { savedFolder } from "./predict-job.ts";
import { QueueRun, type SharedRunOptions } from "./queue-run.ts";
import { shareData, shareModel } from "./shared-files.ts";
import { datasetDigest, labelsFile, openValidation, stateFile, type ValTask } from "./val-job.ts";

/** Options of {@link valOnQueue}: those of `YOLO.val`, and where it is computed. */
export interface QueuedValOptions extends ValOptions, Omit<SharedRunOptions, "signal" | "log">, FindModelOptions {
  /** Images of a shard, in whole batches. Default 64. */
  shard?: number | undefined;
}

/**
 * Validates on the workers of a queue. Scores are the same bits as `YOLO.val`'s on machines that compute the same, and the
 * files those that it would write; times are sums over the workers.
 *
 * @returns nothing where the signal ended the wait
 * @throws LookonceError as `YOLO.val`, for a queue or a storage that cannot be used, and for a part that failed
 */
export async function valOnQueue(model: string, options: QueuedValOptions): Promise<ValReport | undefined> {
  const {
    queue,
    storage,
    endpoint,
    priority,
    job,
    shard = 64,
    fetch,
    log = () => {},
    signal,
    onProgress,
    ...val
  } = options;
  const { data, project = "runs", name = "val", existOk = false, ...settings } = val;
  const source = await findModel(model, { fetch, log });
  const outline = await outlineModel(source, { use: "validate" });
  checkWrites(settings, outline);
  const { dataset, validator } = await openValidation(source, outline, { ...settings, data, log });
  const { batch } = withDefaults("val", { ...settings, data });
  const shared = { queue, storage, endpoint, priority, job, signal, log, project };
  const run = await QueueRun.start("val", shared, async (opened) => {
    const task = {
      model: await shareModel(model, opened, { fetch, log }),
      data: await shareData(data, [dataset], opened),
      ...{ options: settings, digest: datasetDigest(dataset) },
    };
    return rangesOf(validator.batches, Math.max(1, Math.floor(shard / batch))).map(([from, to]): ValTask => {
      return { ...task, from, to };
    });
  });
  const { decodeValidationPart, LabelNames, validationPlots } = await import("@lookonce/trainer");
  const { plots, saveJson, saveTxt } = settings;
  let merger: FileMerger | undefined;
  try {
    const parts = [];
    const names = new LabelNames();
    let directory: string | undefined;
    if (plots || saveJson || saveTxt) {
      const before = run.directory;
      directory = isHere(before) ? before : await makeRunDirectory(join(project, name), { reuse: existOk });
      await run.setDirectory(directory);
      merger = new FileMerger(directory, run.storage);
    }
    let done = 0;
    for await (const record of run.records()) {
      parts.push(decodeValidationPart(await run.storage.read(`${record.prefix}${stateFile}`), stateFile));
      await merger?.add(record, savedFolder);
      const lines = Buffer.from(await run.storage.read(`${record.prefix}${labelsFile}`)).toString("utf8");
      for (const line of lines.split("\n").filter(Boolean)) {
        const { path, lines: labels } = JSON.parse(line) as { path: string; lines: string[] };
        if (directory !== undefined) names.write(join(directory, "labels"), path, labels);
      }
      done += (record.data as { batches: number }).batches;
      await onProgress?.({ done, batches: validator.batches });
    }
    if (signal?.aborted) return undefined;
    merger?.finish();
    const result = validator.merge(parts);
    if (plots && directory !== undefined) {
      const drawing = validationPlots({ directory });
      await drawing.onValStart?.({ task: outline.task, batches: validator.batches, names: dataset.names });
      await drawing.onValEnd?.(result);
    }
    if (result.unreadable !== undefined) log(await describeMissing(result.unreadable));
    await run.finish();
    return { ...result, ...(directory === undefined ? {} : { directory }) };
  } finally {
    merger?.discard();
    await validator.dispose();
    await run.close();
  }
}

/** Ranges of so many batches. */
export function rangesOf(batches: number, size: number): [from: number, to: number][] {
  return Array.from({ length: Math.ceil(batches / size) }, (_, i) => [i * size, Math.min(batches, (i + 1) * size)]);
}
