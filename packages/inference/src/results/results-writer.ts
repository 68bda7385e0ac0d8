import { LookonceError } from "@lookonce/errors";
import {
  appendFileSync,
  appendWholeSync,
  besideOf,
  dirname,
  extname,
  join,
  mkdirSync,
  renameIntoPlaceSync,
  writeFileSync,
  writing,
} from "@lookonce/files";
import { type Image, writeImage } from "@lookonce/image";
import type { DrawOptions } from "@lookonce/plots";
import { VideoWriter } from "#video-writer";
import { type Results, writeLines } from "../results.ts";
import { withoutEnding } from "../sources/file-name.ts";
import type { VideoInfo } from "../sources/source.ts";
import { eventFiles } from "../track/event-lines.ts";
import { motFrame, motLines, sequenceOf } from "../track/mot-lines.ts";

/** What is written about results. */
export interface SaveOptions {
  /** Images and videos with boxes drawn in: `name.jpg`, `name.mp4`. Default false. */
  save?: boolean;
  /** Each frame of a video with boxes drawn in: `name_frames/000012.jpg`. Default false. */
  saveFrames?: boolean;
  /** Label files in YOLO's form, where something was found: `labels/name.txt`. Default false. */
  saveTxt?: boolean;
  /** Their lines end with the confidence. Default false. */
  saveConf?: boolean;
  /** Tracks in MOTChallenge's form, a file for each video and folder of frames: `tracks/name.txt`. Default false. */
  saveTracks?: boolean;
  /** What happened at lines and zones, as it happens: `events.csv`, `events.jsonl`. Default false. */
  saveEvents?: boolean;
  /** Every detection cut out: `crops/class/name.jpg`. Default false. */
  saveCrop?: boolean;
  /** All detections in one file in the form that COCO's evaluation reads: `predictions.json`. Default false. */
  saveJson?: boolean;
}

/** Options of {@link ResultsWriter}. */
export interface ResultsWriterOptions extends SaveOptions {
  /** How boxes and labels are drawn. */
  draw?: DrawOptions;
  /** Called with what is asked for and cannot be done. Default: none. */
  notify?: (line: string) => void;
  /** The ffmpeg program. Default `ffmpeg`. */
  ffmpeg?: string;
}

interface VideoInWork {
  info: VideoInfo;
  writer: Promise<VideoWriter>;
  /** Resolves when the last frame so far is written. */
  last: Promise<void>;
}

/** Formats that images are written in as they came; others become JPEG. */
const writable = new Set([".avif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"]);

/** How many results may be in work at once: encoding images takes longer than finding what is in them. */
const atOnce = 4;

/** Pixels of the results in work, each of which is drawn into a copy; a larger result is written before the next comes. */
const pixelsAtOnce = 50_000_000;

/** Whether anything is to be written. */
export function savesAnything(options: SaveOptions): boolean {
  const { save, saveFrames, saveTxt, saveTracks, saveEvents, saveCrop, saveJson } = options;
  return [save, saveFrames, saveTxt, saveTracks, saveEvents, saveCrop, saveJson].includes(true);
}

/** Writes what is found, as it is found, into a folder. A few results are drawn and encoded side by side. */
export class ResultsWriter {
  readonly #open: () => Promise<string>;
  #directory: string | undefined;
  readonly #options: ResultsWriterOptions;
  readonly #work = new Set<Promise<void>>();
  #pixels = 0;
  #hasReportedCrops = false;
  #failure: unknown;
  #video: VideoInWork | undefined;
  /** How many videos have been written, by their files: the same one may come twice. */
  readonly #videos = new Map<string, number>();
  #json: { partial: string; rows: number } | undefined;
  /** Endings of the files of events that were started. */
  readonly #hasEvents = new Set<string>();
  /** Frames of each sequence with tracks so far. */
  readonly #sequences = new Map<string, number>();

  /**
   * @param directory where to write, or a function that makes the folder when the first result has come
   * @throws LookonceError `ARGUMENT` for options that make no sense together
   */
  constructor(directory: string | (() => Promise<string>), options: ResultsWriterOptions) {
    if (options.saveConf && !options.saveTxt) {
      const message = "saveConf adds confidences to the label files that saveTxt writes: add saveTxt.";
      throw new LookonceError("ARGUMENT", message);
    }
    this.#open = typeof directory === "string" ? async () => directory : directory;
    this.#options = options;
  }

  /**
   * Starts writing a result. It waits while too many are being written, and throws what went wrong with an earlier one.
   *
   * @throws LookonceError `IO` when something cannot be written, `NOT_FOUND` for a video without ffmpeg
   */
  async add(result: Results): Promise<void> {
    this.#directory ??= await this.#open();
    if (this.#options.saveJson) this.#addJson(result);
    if (this.#options.saveTracks) this.#addTracks(result);
    if (this.#options.saveEvents) this.#addEvents(result);
    const work = this.#write(result).catch((error: unknown) => {
      this.#failure ??= error;
    });
    const pixels = result.width * result.height;
    this.#work.add(work);
    this.#pixels += pixels;
    void work.then(() => {
      this.#work.delete(work);
      this.#pixels -= pixels;
    });
    while (this.#work.size >= atOnce || this.#pixels > pixelsAtOnce) await Promise.race(this.#work);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Finishes everything: started files are complete after it, also where the source was left early.
   *
   * @throws LookonceError `IO` when something cannot be written
   */
  async close(): Promise<void> {
    await Promise.all(this.#work);
    await this.#endVideo();
    this.#endJson();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #path(...parts: string[]): string {
    return join(this.#directory as string, ...parts);
  }

  async #write(result: Results): Promise<void> {
    const { save, saveFrames, saveTxt, saveConf = false, saveCrop, draw } = this.#options;
    const drawn = save || (saveFrames && result.video !== undefined) ? result.plot(draw) : undefined;
    // In the order of frames, though they are drawn side by side
    const appended = save && drawn && result.video ? this.#append(result.video, result, drawn) : undefined;
    // Failures are thrown where these are awaited, after the other files, or not at all where one of those fails
    for (const started of [drawn, appended]) started?.catch(() => {});
    const lines = saveTxt ? result.labelLines({ conf: saveConf }) : [];
    if (lines.length > 0) await writeLines(this.#path("labels", `${result.stem}.txt`), lines);
    if (saveCrop && result.hasCrops) await result.saveCrop(this.#path("crops"));
    if (saveCrop && !result.hasCrops) this.#reportCrops();
    if (drawn === undefined) return;
    const { name, frame = 0 } = result;
    if (result.video === undefined) {
      const file = writable.has(extname(name).toLowerCase()) ? name : `${name}.jpg`;
      await writeImage(this.#path(file), await drawn);
    } else if (saveFrames) {
      const file = `${String(frame).padStart(6, "0")}.jpg`;
      await writeImage(this.#path(`${withoutEnding(name)}_frames`, file), await drawn);
    }
    await appended;
  }

  /** Reports once that there is nothing to cut out. */
  #reportCrops(): void {
    if (!this.#hasReportedCrops) {
      this.#options.notify?.("save_crop is for upright boxes: what this model finds is not cut out");
    }
    this.#hasReportedCrops = true;
  }

  /** Hands a frame to the video's writer after those before it; another video ends the one before. */
  #append(info: VideoInfo, { name }: Results, drawn: Promise<Image>): Promise<void> {
    let video = this.#video;
    if (video?.info !== info) {
      const before = this.#endVideo();
      const writer = before.then(() => this.#beginVideo(info, name));
      video = { info, writer, last: Promise.resolve() };
      this.#video = video;
    }
    const { writer, last } = video;
    video.last = last.then(async () => (await writer).write(await drawn));
    return video.last;
  }

  #beginVideo({ width, height, rate, stride }: VideoInfo, name: string): Promise<VideoWriter> {
    const stem = withoutEnding(name);
    const times = (this.#videos.get(stem) ?? 0) + 1;
    this.#videos.set(stem, times);
    const path = this.#path(`${stem}${times === 1 ? "" : `-${times}`}.mp4`);
    return VideoWriter.create(path, { width, height, rate: rate / stride, ffmpeg: this.#options.ffmpeg });
  }

  async #endVideo(): Promise<void> {
    const video = this.#video;
    this.#video = undefined;
    if (video === undefined) return;
    // The error of a frame is thrown where it was added
    await video.last.catch(() => {});
    await video.writer
      .then((writer) => writer.close())
      .catch((error: unknown) => {
        this.#failure ??= error;
      });
  }

  #addTracks(result: Results): void {
    const sequence = sequenceOf(result);
    const frames = (this.#sequences.get(sequence) ?? 0) + 1;
    this.#sequences.set(sequence, frames);
    const file = this.#path("tracks", `${sequence}.txt`);
    writing(file, () => {
      if (frames === 1) startFile(file, "");
      appendWholeSync(file, motLines(result, motFrame(result, frames)));
    });
  }

  #addEvents(result: Results): void {
    for (const { ending, header, lines } of eventFiles(result)) {
      const file = this.#path(`events.${ending}`);
      writing(file, () => {
        if (!this.#hasEvents.has(ending)) startFile(file, header);
        this.#hasEvents.add(ending);
        if (lines !== "") appendWholeSync(file, lines);
      });
    }
  }

  #addJson(result: Results): void {
    const file = this.#path("predictions.json");
    const rows = result.toCOCO();
    writing(file, () => {
      if (this.#json === undefined) {
        this.#json = { partial: besideOf(file), rows: 0 };
        startFile(this.#json.partial, "[");
      }
      if (rows.length === 0) return;
      // A line a detection: readable by people, too
      const text = rows.map((row) => JSON.stringify(row)).join(",\n");
      appendWholeSync(this.#json.partial, `${this.#json.rows === 0 ? "" : ","}\n${text}`);
      this.#json.rows += rows.length;
    });
  }

  #endJson(): void {
    const json = this.#json;
    if (json === undefined) return;
    this.#json = undefined;
    const file = this.#path("predictions.json");
    writing(file, () => appendFileSync(json.partial, "\n]\n"));
    renameIntoPlaceSync(json.partial, file);
  }
}

/** Creates a file that lines are appended to. */
function startFile(file: string, head: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, head);
}
