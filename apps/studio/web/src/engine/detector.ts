import {
  type BrowserSource,
  files,
  type PlainResults,
  startWorker,
  type WrittenFile,
  YOLO,
  type YoloWorker,
} from "@lookonce/yolo/browser";
import type { Folder } from "../storage/folder.ts";
import { modelFile, type StoredModel } from "./models.ts";

/** How to detect. */
export interface DetectOptions {
  /** Boxes below are left out. */
  conf: number;
}

/** Models that are ready: that of a preview and that of another view. */
const maxModels = 2;

/** Detects in a worker of its own, also while another one trains. */
export class Detector {
  readonly #folder: Folder;
  readonly #models = new Map<string, Promise<YOLO>>();
  #worker: YoloWorker | undefined;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** What a model finds in an image, in pixels. @throws LookonceError when the model or the image cannot be used */
  async detect(model: StoredModel, source: BrowserSource, { conf }: DetectOptions): Promise<PlainResults> {
    const yolo = await this.#ready(model);
    const [result] = await yolo.predict(source, { conf });
    if (result === undefined) throw new Error("The image cannot be read.");
    return result.toJSON();
  }

  /** The model's file in another format. @throws LookonceError when it cannot be written */
  async export(model: StoredModel, format: "onnx" | "safetensors"): Promise<WrittenFile> {
    const yolo = await this.#ready(model);
    const file = `/tmp/export/${crypto.randomUUID()}.${format}`;
    const worker = this.#worker as YoloWorker;
    try {
      const { files: written } = await yolo.export({ format, file });
      const [first] = written;
      if (first === undefined) throw new Error(`Nothing was written as ${format}.`);
      // The file goes with the folder, its content stays
      return { ...first, blob: new Blob([await first.blob.arrayBuffer()]) };
    } finally {
      await files.remove("/tmp/export", { worker });
    }
  }

  async #ready(model: StoredModel): Promise<YOLO> {
    const key = `${model.path} ${model.changed}`;
    const known = this.#models.get(key);
    // The one used last comes last
    this.#models.delete(key);
    const loading = known ?? this.#load(model);
    this.#models.set(key, loading);
    const [oldest] = this.#models;
    if (this.#models.size > maxModels && oldest !== undefined) {
      this.#models.delete(oldest[0]);
      void oldest[1].then((yolo) => this.#release(yolo)).catch(() => {});
    }
    try {
      return await loading;
    } catch (error) {
      this.#models.delete(key);
      throw error;
    }
  }

  async #load(model: StoredModel): Promise<YOLO> {
    this.#worker ??= startWorker();
    return YOLO.load(await modelFile(this.#folder, model), { worker: this.#worker, device: "auto" });
  }

  async #release(yolo: YOLO): Promise<void> {
    await yolo.dispose();
    // The worker's copy of the file
    if (this.#worker !== undefined) await files.remove(yolo.name, { worker: this.#worker });
  }
}
