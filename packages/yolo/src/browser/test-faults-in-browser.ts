// What faults-in-browser.slow.test.ts does on a page.
import { type BrowserLoadOptions, files, startWorker, YOLO, type YoloWorker } from "./index.ts";

type Loading = Pick<BrowserLoadOptions, "device" | "runtimeFiles" | "threads">;

let worker: YoloWorker;
let outcome: Promise<Outcome> | undefined;
let losses: number[] = [];
const lines: string[] = [];
let goOn: () => void = () => {};

/** What a training did: the total loss of each batch, and what was thrown. */
export interface Outcome {
  losses: number[];
  lines: string[];
  code?: string;
  message?: string;
}

/** Starts a worker, which ends the one before. */
export function start(): void {
  worker?.terminate();
  worker = startWorker({ program: "/worker.js" });
}

/** Stores a data set that lies under the same addresses. */
export async function store(paths: readonly string[]): Promise<void> {
  for (const path of paths) await files.write(path, await (await fetch(path)).blob(), { worker });
}

/** A training of {@link begin}. */
export interface Training extends Loading {
  /** The model file's text, or the path of the state to resume from. */
  yaml?: string;
  resume?: string;
  settings?: object;
  /** Number of the batch, of this training, at whose end it waits for {@link proceed}. */
  waitsAt?: number;
}

/** Begins a training. */
export function begin({ yaml = "", resume, settings = {}, waitsAt = Number.NaN, ...loading }: Training): void {
  losses = [];
  const log = (line: string): void => void lines.push(line);
  const onTrainBatchEnd = async ({ total }: { total: number }): Promise<void> => {
    losses.push(total);
    if (losses.length !== waitsAt) return;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  };
  const run = async (): Promise<void> => {
    const model = resume ?? new File([yaml], "tiny.yaml");
    const yolo = await YOLO.load(model, { worker, seed: 0, log, ...loading });
    const options = resume === undefined ? settings : { resume: true, workers: 0 };
    await yolo.train({ ...options, callbacks: [{ onTrainBatchEnd }] });
    await yolo.dispose();
  };
  outcome = run().then(
    () => ({ losses, lines }),
    ({ code, message }) => ({ losses, lines, code, message }),
  );
}

/** Number of batches that were trained on. */
export function batches(): number {
  return losses.length;
}

/** Lets a training that waits go on. */
export function proceed(): void {
  goOn();
}

/** Waits for the end of a training. */
export async function end(): Promise<Outcome | undefined> {
  return outcome;
}

/** The digest of a file's bytes. */
export async function digest(path: string): Promise<string> {
  const bytes = await (await files.read(path, { worker })).arrayBuffer();
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join(" ");
}

/** Predicts, destroys the graphics card's devices (see test-worker.ts), and predicts again. Returns the best box, and what is thrown. */
export async function predictUntilLost(model: string, image: string, loading: Loading): Promise<unknown[]> {
  const yolo = await YOLO.load(new URL(model, location.href), { worker, ...loading });
  const predict = async (): Promise<unknown> => {
    const [result] = await yolo.predict(new URL(image, location.href), { imgsz: 128, conf: 0, maxDet: 1 });
    return result?.toJSON().boxes[0];
  };
  const found = await predict();
  const channel = new BroadcastChannel("graphics card");
  const isLost = new Promise((resolve) => channel.addEventListener("message", resolve, { once: true }));
  channel.postMessage("lose");
  await isLost;
  channel.close();
  const lost = await predict().catch(({ code, message }) => ({ code, message }));
  return [found, lost];
}

/** Loads model files as a person drops them and predicts with them. Returns the best box of each, or what is thrown. */
export async function dropped(
  models: readonly (readonly string[])[],
  image: string,
  { cutTo, ...loading }: Loading & { cutTo?: number },
): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const addresses of models) {
    try {
      const parts: File[] = [];
      for (const address of addresses) {
        const blob = await (await fetch(address)).blob();
        // Of several the last is cut, which has weights
        const isCut = cutTo !== undefined && address === addresses.at(-1);
        parts.push(new File([isCut ? blob.slice(0, cutTo * blob.size) : blob], address.split("/").at(-1) as string));
      }
      const yolo = await YOLO.load(parts.length === 1 ? (parts[0] as File) : parts, { worker, ...loading });
      const [result] = await yolo.predict(new URL(image, location.href), { imgsz: 128, conf: 0, maxDet: 1 });
      await yolo.dispose();
      found.push(result?.toJSON().boxes[0]);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      found.push({ code, message });
    }
  }
  return found;
}

/** Draws a video of a square that moves, and follows what a model finds in it. Returns a row for each frame. */
export async function followVideo(model: string, loading: Loading): Promise<unknown[]> {
  const { BufferTarget, CanvasSource, Output, WebMOutputFormat } = await import("mediabunny");
  const canvas = new OffscreenCanvas(96, 64);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new CanvasSource(canvas, { codec: "vp8", bitrate: 1e6 });
  output.addVideoTrack(source, { frameRate: 10 });
  await output.start();
  for (let i = 0; i < 8; i++) {
    context.fillStyle = "black";
    context.fillRect(0, 0, 96, 64);
    context.fillStyle = "white";
    context.fillRect(10 + 4 * i, 20, 24, 24);
    await source.add(i / 10, 0.1);
  }
  await output.finalize();
  const video = new File([target.buffer as ArrayBuffer], "square.webm");
  const yolo = await YOLO.load(new URL(model, location.href), { worker, ...loading });
  const options = { imgsz: 128, conf: 0, maxDet: 3 };
  const tracker = { track_high_thresh: 0, track_low_thresh: 0, new_track_thresh: 0, match_thresh: 1 };
  const rows: unknown[] = [];
  for await (const result of yolo.trackStream(video, { ...options, tracker })) {
    const { frame, timestamp, boxes } = result;
    rows.push({ frame, timestamp, ids: boxes.id === undefined ? [] : [...boxes.id] });
  }
  const plain = await yolo.predict(video, { ...options, vidStride: 2 });
  await yolo.dispose();
  return [...rows, plain.map(({ frame }) => frame)];
}
