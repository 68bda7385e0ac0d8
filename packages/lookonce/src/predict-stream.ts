import { join } from "node:path";
import type { Predictor, Results, ResultsWriter, SkippedImage, Source } from "@lookonce/inference";
import { describeProblem } from "./describe-problem.ts";
import type { PredictOptions } from "./options.ts";
import { makeRunDirectory } from "./run-directory.ts";

/** What {@link predictStream} is given besides the options that shape the predictor. */
type ResolvedPredict = Omit<PredictOptions, "imgsz" | "rect" | "half" | "workers">;

/**
 * Results one after the other, those that are to be saved written on the way. Leaving early finishes what was started to be
 * written.
 */
export async function* predictStream(
  predictor: Predictor,
  source: Source,
  options: ResolvedPredict & { log: (line: string) => void },
): AsyncGenerator<Results, void, undefined> {
  const { log, onSkip = (image) => log(describeProblem(image)), ...rest } = options;
  const writer = await writerFor(rest);
  const run = predictor.predict(source, { ...detectionOf(rest), notify: log });
  let reported = 0;
  const reportSkipped = (): void => {
    for (; reported < run.skipped.length; reported++) onSkip(run.skipped[reported] as SkippedImage);
  };
  try {
    for await (const result of run) {
      // What was started before is of no use to somebody who wants it ended
      if (rest.signal?.aborted) break;
      reportSkipped();
      await writer?.add(result);
      yield result;
    }
    reportSkipped();
  } finally {
    await writer?.close();
  }
}

type Detection = NonNullable<Parameters<Predictor["predict"]>[1]>;

/** The options that the predictor accepts, without those about saving. */
function detectionOf(options: Omit<ResolvedPredict, "onSkip">): Detection {
  const { save, saveFrames, saveTxt, saveConf, saveCrop, saveJson, ...drawing } = options;
  const { showLabels, showConf, showBoxes, lineWidth, project, name, existOk, onSave, ...detection } = drawing;
  return detection;
}

async function writerFor(options: Omit<ResolvedPredict, "onSkip">): Promise<ResultsWriter | undefined> {
  const { ResultsWriter, savesAnything } = await import("@lookonce/inference");
  const { save, saveFrames, saveTxt, saveConf, saveCrop, saveJson, ffmpeg } = options;
  const saved = given({ save, saveFrames, saveTxt, saveConf, saveCrop, saveJson, ffmpeg });
  if (!(savesAnything(saved) || saveConf)) return undefined;
  const { project = "runs", name = "predict", existOk = false, onSave } = options;
  const begin = async (): Promise<string> => {
    const directory = await makeRunDirectory(join(project, name), { reuse: existOk });
    onSave?.(directory);
    return directory;
  };
  return new ResultsWriter(begin, { ...saved, draw: drawOptions(options) });
}

/** YOLO's names for what is drawn, as `plot` accepts them. */
function drawOptions({
  showLabels,
  showConf,
  showBoxes,
  lineWidth,
}: Omit<ResolvedPredict, "onSkip">): NonNullable<Parameters<Results["plot"]>[0]> {
  return given({ labels: showLabels, scores: showConf, frames: showBoxes, lineWidth });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
