import type { ProgressStream, TrainCallbacks } from "@lookonce/trainer";

/** Callbacks for `YOLO.train` that show how it goes: a live line on a terminal, a plain line an epoch elsewhere. */
export async function progress(stream: ProgressStream): Promise<TrainCallbacks> {
  const { progress: show } = await import("@lookonce/trainer");
  return show(stream);
}
