import type { TrackerSettings, ValTrackArgs } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { basename, existsSync, join, readdir, readRegular, resolve, textOf } from "@lookonce/files";
import type { MotRows, MotScores } from "@lookonce/tracking";
import type { YOLO } from "./yolo.ts";

/** Options of {@link valTrack}. */
export interface ValTrackOptions extends Omit<ValTrackArgs, "tracker"> {
  /** The detector that finds what is tracked; not needed with `tracks`. */
  model?: YOLO;
  /** `bytetrack.yaml`, `botsort.yaml`, a file of your own, or settings. Default: botsort.yaml. */
  tracker?: string | Partial<TrackerSettings>;
  /** Called with each frame that was tracked. */
  onFrame?: (progress: { sequence: string; frames: number }) => void;
}

/** What {@link valTrack} measured. */
export interface ValTrackReport {
  /** Scores of each sequence. */
  sequences: ({ name: string } & MotScores)[];
  /** Scores of all sequences together. */
  all: MotScores;
}

/** A sequence in MOTChallenge's form. */
interface Sequence {
  name: string;
  folder: string;
  /** The file of the ground truth. */
  truth: string;
}

/**
 * Scores tracks of sequences in MOTChallenge's form against their ground truth, `NAME/gt/gt.txt` or `NAME/gt.txt`: those that
 * the model finds in the images of `NAME/img1`, or the files `NAME.txt` of a folder `tracks`.
 *
 * @throws LookonceError `NOT_FOUND` for a folder without sequences, or a sequence without tracks or images; `DATA` for a line
 *   that is no row; `ARGUMENT` without model and tracks
 */
export async function valTrack(options: ValTrackOptions): Promise<ValTrackReport> {
  const { source, tracks, model } = options;
  if (model === undefined && tracks === undefined) {
    throw new LookonceError(
      "ARGUMENT",
      "Scoring tracks needs a model to find them, or tracks=, a folder with their files.",
    );
  }
  const { MotMetrics } = await import("@lookonce/tracking");
  const all = new MotMetrics();
  const sequences: ValTrackReport["sequences"] = [];
  for (const sequence of await sequencesIn(source)) {
    const truth = await readRows(sequence.truth, "ground truth");
    const tracked =
      tracks === undefined
        ? await trackFrames(sequence, model as YOLO, options)
        : await readRows(join(tracks, `${sequence.name}.txt`), "tracks file");
    const one = new MotMetrics();
    for (const metrics of [one, all]) metrics.add(truth, tracked);
    sequences.push({ name: sequence.name, ...one.result() });
  }
  return { sequences, all: all.result() };
}

async function sequencesIn(source: string): Promise<Sequence[]> {
  const entries = existsSync(source) ? await readdir(source, { withFileTypes: true }).catch(() => []) : [];
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(source, name));
  const [own = [], ...others] = [source, ...inside.sort()].map((folder) => {
    const truth = ["gt/gt.txt", "gt.txt"].map((file) => join(folder, file)).find((file) => existsSync(file));
    return truth === undefined ? [] : [{ name: basename(resolve(folder)), folder, truth }];
  });
  const found = own.length > 0 ? own : others.flat();
  if (found.length > 0) return found;
  throw new LookonceError(
    "NOT_FOUND",
    `${source} has no sequence: neither it nor a folder in it has gt/gt.txt or gt.txt. MOTChallenge's folders are NAME/gt/gt.txt with images in NAME/img1.`,
  );
}

async function readRows(path: string, what: string): Promise<MotRows> {
  const { parseMot } = await import("@lookonce/tracking");
  const hint = (): string => " save_txt of lookonce track writes such files.";
  return parseMot(textOf(await readRegular(path, { what, hint })), path);
}

async function trackFrames({ name, folder }: Sequence, model: YOLO, options: ValTrackOptions): Promise<MotRows> {
  const { tracks: _, source: __, model: ___, onFrame, ...rest } = options;
  const { motFrame } = await import("@lookonce/inference");
  const frames: number[] = [];
  const ids: number[] = [];
  const boxes: number[] = [];
  let count = 0;
  for await (const result of model.trackStream(join(folder, "img1"), { ...rest, trails: 0 })) {
    count++;
    const found = result.boxes.id ?? [];
    for (const id of found) {
      frames.push(motFrame(result, count));
      ids.push(id);
    }
    if (found.length > 0) boxes.push(...result.boxes.xyxy);
    onFrame?.({ sequence: name, frames: count });
  }
  return { frames: Int32Array.from(frames), ids: Int32Array.from(ids), boxes: Float64Array.from(boxes) };
}
