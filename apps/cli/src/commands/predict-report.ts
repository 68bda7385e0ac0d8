import { LookonceError } from "@lookonce/errors";
import type { ReportedResult, SkippedImage } from "@lookonce/yolo";
import { bar } from "../terminal/bar.ts";
import type { Terminal } from "../terminal/terminal.ts";

type Stage = "preprocess" | "inference" | "postprocess";

/** Prints the progress and the results of a prediction, and keeps none of them. */
export class PredictReport {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #total: Record<Stage, number> = { preprocess: 0, inference: 0, postprocess: 0 };
  #start = performance.now();
  #expected: number | undefined;
  #images = 0;
  #skipped = 0;
  #directory: string | undefined;
  #video: VideoTally | undefined;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
  }

  /** The source is open and has so many images, if that is known. */
  expect(count: number | undefined): void {
    this.#expected = count;
    this.#start = performance.now();
  }

  savedIn(directory: string): void {
    this.#directory = directory;
  }

  skip({ path, reason }: SkippedImage): void {
    this.#skipped++;
    this.#terminal.warn(reason.includes(path) ? `left out: ${reason}` : `left out: ${path}: ${reason}`);
    if (this.#json) this.#terminal.json({ path, error: { message: reason } });
    this.#progress();
  }

  add(result: ReportedResult): void {
    this.#images++;
    for (const stage of Object.keys(this.#total) as Stage[]) this.#total[stage] += result.speed[stage];
    if (this.#json) this.#terminal.json({ ...result.toJSON(), speed: result.speed });
    if (this.#video !== undefined && this.#video.of !== result.video) this.#endVideo();
    if (result.video === undefined) this.#printImage(result);
    else {
      this.#video ??= new VideoTally(result);
      this.#video.add(result);
    }
    this.#progress();
  }

  /** Prints the summary, and returns what the JSON line at the end says; refuses when no image could be read. */
  finish(stopped: boolean): object {
    this.#endVideo();
    const [images, skipped] = [this.#images, this.#skipped];
    if (images === 0 && skipped > 0 && !stopped) {
      throw new LookonceError("FORMAT", `None of ${skipped} images could be read.`);
    }
    const mean = (stage: Stage): number => this.#total[stage] / Math.max(1, images);
    const speed = { preprocess: mean("preprocess"), inference: mean("inference"), postprocess: mean("postprocess") };
    const seconds = (performance.now() - this.#start) / 1000;
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    this.#terminal.note(
      `${stopped ? "stopped after " : ""}${counted(images, "image")}${skipped === 0 ? "" : `, ${skipped} left out`}, ${seconds.toFixed(1)} s; each: preparing ${ms(speed.preprocess)}, network ${ms(speed.inference)}, selecting ${ms(speed.postprocess)}`,
    );
    if (this.#directory !== undefined) this.#terminal.say(`saved in ${this.#directory}`);
    return { images, skipped, stopped, seconds, speed, dir: this.#directory ?? null };
  }

  #printImage(result: ReportedResult): void {
    const { bold, dim } = this.#terminal.colors;
    const { width, height, image } = result;
    const read = image.original === undefined ? "" : ` (read at ${image.width} × ${image.height})`;
    const facts = `${width} × ${height}${read}, ${result.speed.inference.toFixed(0)} ms`;
    this.#terminal.say(`${bold(result.name)}: ${result.describe()} ${dim(`(${facts})`)}`);
  }

  #endVideo(): void {
    if (this.#video !== undefined) this.#terminal.say(this.#video.line(this.#terminal.colors.bold));
    this.#video = undefined;
  }

  #progress(): void {
    const done = this.#images + this.#skipped;
    const rate = done / Math.max(0.001, (performance.now() - this.#start) / 1000);
    const unit = this.#video === undefined ? "images" : "frames";
    const pace = `${rate.toFixed(1)} ${unit}/s`;
    const total = this.#expected;
    if (total === undefined) this.#terminal.progress(`${done} ${unit}, ${pace}`);
    else if (total > 1 && done < total) {
      const left = duration((total - done) / rate);
      this.#terminal.progress(`${bar(done, total)} ${done}/${total} ${unit}, ${pace}, ${left} left`);
    }
  }
}

/** What was seen in a video: a line a frame would say little. */
class VideoTally {
  readonly of: ReportedResult["video"];
  readonly #name: string;
  readonly #start = performance.now();
  /** Frames in which each class was seen. */
  readonly #seen = new Map<string, number>();
  #frames = 0;

  constructor({ video, name }: ReportedResult) {
    this.of = video;
    this.#name = name;
  }

  add({ boxes, names }: ReportedResult): void {
    this.#frames++;
    for (const label of new Set(boxes.classes)) {
      const name = names[label] ?? String(label);
      this.#seen.set(name, (this.#seen.get(name) ?? 0) + 1);
    }
  }

  line(bold: (text: string) => string): string {
    const seconds = (performance.now() - this.#start) / 1000;
    const pace = this.#frames > 1 ? `, ${(this.#frames / Math.max(seconds, 0.001)).toFixed(1)} a second` : "";
    const seen = [...this.#seen].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} in ${count}`);
    const what = seen.length === 0 ? "nothing in any" : seen.join(", ");
    return `${bold(this.#name)}: ${counted(this.#frames, "frame")}${pace}: ${what}`;
  }
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** Seconds for people: `42 s`, `3 min`, `1 h 20 min`. */
function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
