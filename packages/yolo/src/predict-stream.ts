import { LookonceError } from "@lookonce/errors";
import { join } from "@lookonce/files";
import type { Predictor, Results, ResultsTracker, ResultsWriter, SkippedImage, Source } from "@lookonce/inference";
import { describeProblem } from "./describe-problem.ts";
import type { PredictOptions } from "./options.ts";
import { makeRunDirectory } from "./run-directory.ts";

/** What prediction does when it tracks. */
export interface Tracking {
  /** Adds identities. */
  tracker?: Pick<ResultsTracker, "track">;
  /** Whether tracks are saved in MOTChallenge's form. */
  saveTracks?: boolean;
  /** Whether what happens at lines and zones is saved. */
  saveEvents?: boolean;
}

type ResolvedPredict = Omit<PredictOptions, "imgsz" | "rect" | "nms" | "half" | "workers">;

/** Results one after the other, those that are to be saved written on the way. Leaving early finishes started files. */
export async function* predictStream(
  predictor: Predictor,
  source: Source,
  options: ResolvedPredict & Tracking & { log: (line: string) => void },
): AsyncGenerator<Results, void, undefined> {
  const { log, tracker, onSkip = (image) => log(describeProblem(image)), ...rest } = options;
  if (tracker !== undefined && !predictor.hasObjects) {
    throw new LookonceError("UNSUPPORTED", "This model classifies whole images: there are no objects to track.");
  }
  const writer = await writerFor({ ...rest, log });
  const run = predictor.predict(source, { ...rest, notify: log });
  let reported = 0;
  const reportSkipped = (): void => {
    for (; reported < run.skipped.length; reported++) onSkip(run.skipped[reported] as SkippedImage);
  };
  try {
    for await (const detected of run) {
      // What was started before is of no use to somebody who wants it ended
      if (rest.signal?.aborted) break;
      reportSkipped();
      const result = tracker?.track(detected) ?? detected;
      await writer?.add(result);
      yield result;
    }
    reportSkipped();
  } finally {
    await writer?.close();
  }
}

async function writerFor(
  options: Omit<ResolvedPredict, "onSkip"> & Tracking & { log: (line: string) => void },
): Promise<ResultsWriter | undefined> {
  const { ResultsWriter, savesAnything } = await import("@lookonce/inference/prediction");
  const { save, saveFrames, saveTxt, saveConf, saveTracks, saveEvents, saveCrop, saveJson, ffmpeg } = options;
  const saved = given({ save, saveFrames, saveTxt, saveConf, saveTracks, saveEvents, saveCrop, saveJson, ffmpeg });
  if (!(savesAnything(saved) || saveConf)) return undefined;
  const { project = "runs", name = "predict", existOk = false, onSave } = options;
  const begin = async (): Promise<string> => {
    const directory = await makeRunDirectory(join(project, name), { reuse: existOk });
    onSave?.(directory);
    return directory;
  };
  const { showLabels: labels, showConf: scores, showBoxes: frames, lineWidth } = options;
  return new ResultsWriter(begin, {
    ...saved,
    notify: options.log,
    draw: given({ labels, scores, frames, lineWidth }),
  });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
