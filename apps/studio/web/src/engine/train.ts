import { startWorker, type TrainCallbacks, type TrainOptions, type TrainReport, YOLO } from "@lookonce/yolo/browser";
import { modelFiles, recipeOf, type TrainSettings } from "./train-settings.ts";

/** What a training in the worker is called with besides its settings. */
export interface TrainTask {
  /** Name of its folder in `runs`. */
  name: string;
  callbacks: TrainCallbacks;
  /** Called with lines such as which device was chosen. */
  log: (line: string) => void;
  signal: AbortSignal;
}

/** Trains in a worker that ends with the training, so that its memory is free again. @throws LookonceError as `YOLO.train` */
export function train(settings: TrainSettings, task: TrainTask): Promise<TrainReport> {
  const { start, imgsz, epochs, batch, patience } = settings;
  const own = modelFiles.find(({ file }) => file === start);
  const model = own?.text === undefined ? own?.file : new File([own.text], own.file);
  return inWorker(model ?? `/studio/${start}`, settings, task, {
    ...{ data: "/studio/data.yaml", project: "/studio/runs", name: task.name, existOk: true },
    ...{ imgsz, epochs, batch, patience, recipe: recipeOf(settings) },
  });
}

/**
 * Resumes a training where its last state was saved.
 *
 * @param resumeChanged whether to resume with a data set that has changed since
 */
export function resume(
  settings: TrainSettings,
  { resumeChanged, ...task }: TrainTask & { resumeChanged: boolean },
): Promise<TrainReport> {
  const last = `/studio/runs/${task.name}/weights/last.safetensors`;
  return inWorker(last, settings, task, { resume: true, resumeChanged });
}

async function inWorker(
  model: string | File,
  { device }: TrainSettings,
  { callbacks, log, signal }: TrainTask,
  options: TrainOptions,
): Promise<TrainReport> {
  // Of its own: it reads which files there are when it starts
  const worker = startWorker();
  try {
    const yolo = await YOLO.load(model, { worker, device, log });
    return await yolo.train({ ...options, callbacks: [callbacks], signal, plots: false, tensorboard: false });
  } finally {
    worker.terminate();
  }
}
