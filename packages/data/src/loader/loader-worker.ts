// The program of a loader's worker thread: makes the batches it is asked for, one after the other.
import { readWorkerData, serveTasks, Transfer } from "@lookonce/worker-pool";
import { BatchMaker } from "./batch-maker.ts";
import type { LoaderJob, LoaderTasks, MadeBatch } from "./job.ts";

const maker = new BatchMaker(await readWorkerData<LoaderJob>());

serveTasks<LoaderTasks>({
  async makeBatch(task, context) {
    const made = await maker.run(task, context);
    return new Transfer(made, memoryOf(made));
  },
});

/** The memory of a batch, each piece once. */
function memoryOf({ batch }: MadeBatch): ArrayBuffer[] {
  if (batch === undefined) return [];
  const { images, targets, samples } = batch;
  const own = samples.flatMap(({ polygons = [], masks, ...arrays }) => {
    return [...Object.values(arrays), ...polygons, masks?.data];
  });
  const buffers = [images, ...Object.values(targets), ...own].flatMap((value) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? value.buffer : [],
  );
  return [...new Set(buffers)];
}
