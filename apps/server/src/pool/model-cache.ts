import { encodeError } from "@lookonce/errors";
import { type ModelInfo, YOLO } from "@lookonce/yolo";
import type {
  DecodedImage,
  DetectAnswer,
  DetectRequest,
  LoadedModel,
  LoadRequest,
  WorkerSettings,
} from "./inference-tasks.ts";

/** Sizes and branches that a model stays compiled for; the one unused for longest is freed first. */
const maxSizes = 2;

interface CacheEntry {
  file: string;
  loaded: LoadedModel;
  /** By side of the images and whether duplicates are suppressed, the last used last. */
  detectors: Map<string, YOLO>;
}

/** The models of one worker. Its methods are called one at a time. */
export class ModelCache {
  readonly #settings: WorkerSettings;
  readonly #entries: Map<string, CacheEntry> = new Map();

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  /** Loads a model; asked a second time for the same it does nothing. */
  async load({ model, file, imgsz }: LoadRequest): Promise<LoadedModel> {
    const known = this.#entries.get(model);
    if (known?.file === file) return known.loaded;
    const { rect, nms } = this.#settings;
    const yolo = await this.#open(file);
    try {
      const description = await yolo.describe({ ...(imgsz === undefined ? {} : { imgsz }), rect, nms });
      const side = Math.max(...description.imgsz);
      const gray = { width: side, height: side, data: new Uint8Array(3 * side * side).fill(114) };
      // Compiles the network and brings its memory in.
      await yolo.detectBatch([{ source: gray }], { imgsz: side, rect, nms });
      const counted = await yolo.info({ imgsz: side }).catch(() => undefined);
      const loaded = { ...description, ...(counted && { parameters: counted.parameters }) };
      this.#entries.set(model, { file, loaded, detectors: new Map([[keyOf({ imgsz: side, nms }), yolo]]) });
      return loaded;
    } catch (error) {
      await yolo.dispose();
      throw error;
    }
  }

  async unload({ model }: { model: string }): Promise<void> {
    const entry = this.#entries.get(model);
    this.#entries.delete(model);
    for (const yolo of entry?.detectors.values() ?? []) await yolo.dispose();
  }

  /** @throws LookonceError `UNSUPPORTED` for a file without its layers */
  async describe({ model, imgsz }: { model: string; imgsz: number }): Promise<ModelInfo> {
    const { file } = this.#entry(model);
    return (await YOLO.load(file)).info({ imgsz, detailed: true });
  }

  /** Finds objects in images; an image that fails has its error as its answer. */
  async detect({ model, imgsz, nms, images }: DetectRequest<DecodedImage>): Promise<DetectAnswer[]> {
    const detector = await this.#detector(model, keyOf({ imgsz, nms }));
    const items = images.map(({ image, options }) => ({ source: image, options }));
    const found = await detector.detectBatch(items, { imgsz, nms, rect: this.#settings.rect });
    return found.map((result) => {
      if (result instanceof Error) return { error: encodeError(result) };
      const { path: _, ...found } = result.toJSON();
      return { ...found, speed: result.speed };
    });
  }

  #open(file: string): Promise<YOLO> {
    const { rect: _, nms: __, ...settings } = this.#settings;
    return YOLO.load(file, settings);
  }

  #entry(model: string): CacheEntry {
    const entry = this.#entries.get(model);
    if (entry === undefined) throw new Error(`the worker does not have the model ${model}`);
    return entry;
  }

  /** A detector compiles for one size and branch at a time; each gets its own. */
  async #detector(model: string, key: string): Promise<YOLO> {
    const { file, detectors } = this.#entry(model);
    const yolo = detectors.get(key) ?? (await this.#open(file));
    detectors.delete(key);
    detectors.set(key, yolo);
    const [oldest] = detectors;
    if (detectors.size > maxSizes && oldest !== undefined) {
      detectors.delete(oldest[0]);
      await oldest[1].dispose();
    }
    return yolo;
  }
}

function keyOf({ imgsz, nms }: Pick<DetectRequest<unknown>, "imgsz" | "nms">): string {
  return `${imgsz} ${nms}`;
}
