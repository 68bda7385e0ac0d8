import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { appendWholeSync, join, mkdir, open, readdir, writing } from "@lookonce/files";
import { EventSchema, SessionLog_Status } from "@lookonce/tensorflow-messages";
import { hostname as ownHostname } from "#hostname";
import { encodeGraph } from "./encode-graph.ts";
import type { GraphNode } from "./graph-node.ts";
import { encodeRecord } from "./record.ts";

/** Options of {@link EventWriter}. */
export interface EventWriterOptions {
  /** Name of the machine, a part of the file's name. Default: that of this machine, in browsers `browser`. */
  hostname?: string;
  /** The time, in milliseconds since 1970. Default: the clock. */
  now?: () => number;
  /**
   * The first step of a run that resumes from a checkpoint: TensorBoard drops what files before this one in the folder
   * say of this step and later ones.
   */
  startStep?: number;
}

/** Options of {@link EventWriter.image}: what TensorBoard must know of an image besides its file's bytes. */
export interface ImageOptions {
  step: number;
  /** In pixels. */
  width: number;
  height: number;
  /** 1 for gray, 3 for RGB, 4 for RGBA. Default 3. */
  channels?: 1 | 3 | 4;
}

type EventContents = NonNullable<MessageInitShape<typeof EventSchema>["what"]>;
type Summary = Extract<EventContents, { case: "summary" }>["value"];
type SummaryValue = NonNullable<Summary["value"]>[number];

/** Names of files to try before giving up; only writers that start in one folder in the same second need a second one. */
const maxNames = 1000;

/**
 * Writes one event file for TensorBoard.
 *
 * Each writer makes a file of its own, so that what was written before is never touched; TensorBoard reads all files of a
 * folder as one run. Events are kept in memory until `flush` or `close`, which add whole records to the file's end.
 */
export class EventWriter {
  readonly #directory: string;
  readonly #hostname: string;
  readonly #now: () => number;
  #records: Uint8Array[] = [];
  #path: string | undefined;
  #isClosed = false;
  /** Writing goes one flush after the other. */
  #queue: Promise<void> = Promise.resolve();

  /** @param directory the run's folder; it is made, with those above it, when something is first written */
  constructor(directory: string, options: EventWriterOptions = {}) {
    const { hostname = ownHostname(), now = Date.now, startStep } = options;
    this.#directory = directory;
    this.#hostname = hostname;
    this.#now = now;
    this.#add({ case: "fileVersion", value: "brain.Event:2" }, 0);
    if (startStep !== undefined) {
      this.#add({ case: "sessionLog", value: { status: SessionLog_Status.START } }, checkStep(startStep, "startStep"));
    }
  }

  /** The file; `undefined` before anything was written. */
  get path(): string | undefined {
    return this.#path;
  }

  /**
   * Adds a number to a curve.
   *
   * @param tag the curve; slashes part it into groups: `train/box_loss`
   * @throws LookonceError `ARGUMENT` for an empty tag or a step that is not a whole number from 0 on
   */
  scalar(tag: string, value: number, step: number): void {
    this.#summary(tag, step, { case: "simpleValue", value });
  }

  /**
   * Adds an image, given as the bytes of a PNG or JPEG file. Those of one tag and several steps become a slider.
   *
   * @throws LookonceError `ARGUMENT` for a bad tag or step, for bytes of another format and for sides that are no sizes
   */
  image(tag: string, bytes: Uint8Array, options: ImageOptions): void {
    const { width, height, channels = 3, step } = options;
    if (![width, height].every((side) => Number.isInteger(side) && side > 0)) {
      throw new LookonceError("ARGUMENT", `image "${tag}": ${width} × ${height} is no size; pass whole pixels.`);
    }
    if (!isImage(bytes)) throw new LookonceError("ARGUMENT", `image "${tag}": its bytes are neither PNG nor JPEG.`);
    const value = { width, height, colorspace: channels, encodedImageString: Uint8Array.from(bytes) };
    this.#summary(tag, step, { case: "image", value });
  }

  /**
   * Adds the graph of a network. TensorBoard shows one a run.
   *
   * @throws LookonceError `ARGUMENT` for duplicate names and inputs that no node outputs
   */
  graph(nodes: readonly GraphNode[]): void {
    this.#add({ case: "graphDef", value: encodeGraph(nodes) }, 0);
  }

  /**
   * Adds what was said so far to the file.
   *
   * @throws LookonceError `IO` when it cannot be written, for which the events stay in memory
   */
  flush(): Promise<void> {
    const run = this.#queue.then(() => this.#write());
    // A flush that failed must not fail the ones after it.
    this.#queue = run.catch(() => undefined);
    return run;
  }

  /** Flushes; the writer accepts no more events. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.flush();
    this.#isClosed = true;
  }

  #summary(tag: string, step: number, value: SummaryValue["value"]): void {
    if (tag === "") throw new LookonceError("ARGUMENT", "an event needs a tag, but it is empty.");
    this.#add({ case: "summary", value: { value: [{ tag, value }] } }, checkStep(step, `step of "${tag}"`));
  }

  #add(what: EventContents, step: number): void {
    if (this.#isClosed) throw new LookonceError("ARGUMENT", `the event file ${this.path} is closed.`);
    const event = create(EventSchema, { wallTime: this.#now() / 1000, step: BigInt(step), what });
    this.#records.push(encodeRecord(toBinary(EventSchema, event)));
  }

  async #write(): Promise<void> {
    const records = this.#records;
    if (records.length === 0) return;
    this.#path ??= await writing(this.#directory, () => this.#create());
    // A crash cuts at most one record, the last, which readers leave out.
    appendWholeSync(this.#path, records);
    this.#records = this.#records.slice(records.length);
  }

  /** Makes a new file of the name by which TensorBoard knows event files. */
  async #create(): Promise<string> {
    await mkdir(this.#directory, { recursive: true });
    const seconds = String(await this.#secondsOfName()).padStart(10, "0");
    const machine = this.#hostname.replace(/[^\w.-]/g, "_") || "localhost";
    for (let number = 0; ; number++) {
      // Files are read in the order of their names.
      const name = `events.out.tfevents.${seconds}.${machine}.${String(number).padStart(3, "0")}`;
      const path = join(this.#directory, name);
      try {
        await (await open(path, "ax")).close();
        return path;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || number === maxNames - 1) throw cause;
      }
    }
  }

  /** After those of every file that is there, whose events come before these also when the clock was set back since. */
  async #secondsOfName(): Promise<number> {
    const now = Math.floor(this.#now() / 1000);
    const others = (await readdir(this.#directory)).map((name) =>
      Number(/\.tfevents\.(\d{10})\./.exec(name)?.[1] ?? 0),
    );
    const newest = others.reduce((a, b) => Math.max(a, b), 0);
    return newest > now ? newest + 1 : now;
  }
}

function checkStep(step: number, what: string): number {
  if (Number.isSafeInteger(step) && step >= 0) return step;
  throw new LookonceError("ARGUMENT", `${what} must be a whole number from 0 on, not ${step}.`);
}

function isImage(bytes: Uint8Array): boolean {
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
  return isPng || (bytes[0] === 0xff && bytes[1] === 0xd8);
}
