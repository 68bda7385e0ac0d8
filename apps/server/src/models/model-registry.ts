import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { defaultImgsz } from "@lookonce/config";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { ModelInfo } from "@lookonce/yolo";
import { HttpError } from "../errors/http-error.ts";
import { withoutRoots } from "../paths/confine.ts";
import { findModelFile, modelFiles } from "../paths/model-files.ts";
import type { InferencePool } from "../pool/inference-pool.ts";
import type { LoadedModel } from "../pool/inference-tasks.ts";

/** Names that models may have in requests. */
export const idPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

export interface ListedModel {
  id: string;
  /** Relative to the folder of models that it is in; of another place the name alone. */
  file: string;
  family: string | null;
  nc: number | null;
  names: readonly string[];
  /** Longer side that images are scaled to. */
  imgsz: number;
  stride: number | null;
  /** Branches of its head, or the one that an exported file has: only `one2one` predicts without suppression. */
  branches: readonly string[];
  /** Whether duplicates are suppressed where requests do not say. */
  nms: boolean;
  /** Files of other programs' formats do not contain it. */
  parameters: number | null;
  /** Bytes of its weights in all workers; what the network works with comes on top. */
  bytes: number;
  loaded: boolean;
  /** Whether requests that name no model mean it. */
  default: boolean;
}

/** The answer to `GET /v1/models`. */
export interface ModelList {
  models: ListedModel[];
  /** Files in the folders of models that could be loaded. */
  available: { file: string }[];
}

/** A model with its layers and its head. */
export type ModelDetails = Omit<ModelInfo, "parameters"> & ListedModel;

/** A model that is loaded, or on its way. */
interface Entry {
  id: string;
  /** Absolute, or as the person who started the service wrote it. */
  path: string;
  model?: LoadedModel;
  bytes: number;
  isLeaving: boolean;
  details?: Promise<ModelInfo>;
}

interface ModelRegistryOptions {
  roots: readonly string[];
  imgsz?: number | undefined;
  maxModels: number;
  nms: boolean;
  workers: number;
}

/** The models that a service has, by the names that requests call them. */
export class ModelRegistry {
  readonly #pool: InferencePool;
  readonly #options: ModelRegistryOptions;
  readonly #entries: Map<string, Entry> = new Map();

  constructor(pool: InferencePool, options: ModelRegistryOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** All models, in the order in which they were loaded. */
  list(): ListedModel[] {
    return [...this.#entries.values()].map((entry) => this.#listed(entry));
  }

  /** The path of a model that is there, by its id or by the file that it is shown with. */
  pathOf(name: string): string | undefined {
    const entry = this.#entries.get(name) ?? [...this.#entries.values()].find(({ path }) => this.#shown(path) === name);
    return entry?.path;
  }

  /** Files in the folders of models that are not loaded, relative to their folder. */
  async available(): Promise<{ file: string }[]> {
    const paths = [...this.#entries.values()].map(({ path }) => path);
    const loaded = new Set(paths.map((path) => (existsSync(path) ? realpathSync(path) : path)));
    const files = await modelFiles(this.#options.roots);
    return files.filter(({ path }) => !loaded.has(path) && isWeights(path)).map(({ name }) => ({ file: name }));
  }

  /** @throws HttpError 404 when there is no such model, 503 while it is being loaded */
  find(id: string | undefined): Entry & { model: LoadedModel } {
    const entry = id === undefined ? this.#default() : this.#entries.get(id);
    if (entry === undefined || entry.isLeaving) throw this.#unknown(id);
    if (isReady(entry)) return entry;
    const message = `The model "${entry.id}" is being loaded; try again in 2 seconds.`;
    throw new HttpError(503, "LOADING", message, { retryAfter: 2 });
  }

  /**
   * Loads a model from the folders of models.
   *
   * @throws LookonceError `NOT_FOUND` for a file elsewhere or none, and what {@link start} throws
   */
  async load(file: string, id?: string): Promise<ListedModel> {
    const path = await findModelFile(this.#options.roots, file);
    if (!isWeights(path)) {
      const expected = "expected weights (.pt, .safetensors) or an exported model (.onnx)";
      throw new LookonceError("ARGUMENT", `${file} has no weights to predict with: ${expected}.`);
    }
    try {
      return await this.start(path, id);
    } catch (error) {
      if (!(error instanceof LookonceError)) throw error;
      throw new LookonceError(error.code, withoutRoots(error.message, this.#options.roots), { cause: error });
    }
  }

  /** Loads a model from anywhere: for the person who starts the service. */
  async start(path: string, id: string = this.#freeId(path)): Promise<ListedModel> {
    if (this.#entries.has(id)) {
      throw new HttpError(409, "EXISTS", `There is a model "${id}" already; choose another id.`);
    }
    const { maxModels, imgsz, workers } = this.#options;
    if (this.#entries.size >= maxModels) {
      const message = `${maxModels} models are loaded, which is the most there may be; unload one first.`;
      throw new HttpError(409, "TOO_MANY_MODELS", message);
    }
    const entry: Entry = { id, path, bytes: 0, isLeaving: false };
    this.#entries.set(id, entry);
    try {
      const model = await this.#pool.load(id, path, imgsz);
      entry.model = model;
      entry.bytes = workers * (model.parameters === undefined ? statSync(path).size : 4 * model.parameters);
      return this.#listed(entry);
    } catch (error) {
      this.#entries.delete(id);
      throw error;
    }
  }

  /** @throws HttpError as {@link find} */
  async unload(id: string): Promise<void> {
    this.find(id).isLeaving = true;
    await this.#pool.unload(id);
    this.#entries.delete(id);
  }

  /** @throws HttpError as {@link find}, LookonceError `UNSUPPORTED` for a file that does not contain its layers */
  async details(id: string): Promise<ModelDetails> {
    const entry = this.find(id);
    entry.details ??= this.#pool.describe(id, this.#imgszOf(entry)).catch((error: unknown) => {
      delete entry.details;
      throw error;
    });
    return { ...(await entry.details), ...this.#listed(entry) };
  }

  #default(): Entry | undefined {
    return [...this.#entries.values()].find(({ isLeaving }) => !isLeaving);
  }

  /** Longer side that a model's images are scaled to. */
  #imgszOf({ model }: Entry): number {
    return model === undefined ? (this.#options.imgsz ?? defaultImgsz("detect")) : Math.max(...model.imgsz);
  }

  #listed(entry: Entry): ListedModel {
    const { id, path, model, bytes, isLeaving } = entry;
    return {
      ...{ id, file: this.#shown(path), family: model?.family ?? null, nc: model?.names.length ?? null },
      ...{ names: model?.names ?? [], imgsz: this.#imgszOf(entry) },
      ...{ stride: model?.stride ?? null, parameters: model?.parameters ?? null, bytes },
      ...{ branches: model?.branches ?? [], nms: this.#options.nms },
      ...{ loaded: model !== undefined && !isLeaving, default: entry === this.#default() },
    };
  }

  #shown(path: string): string {
    const full = resolve(path);
    const shown = withoutRoots(full, this.#options.roots);
    return shown === full ? basename(path) : shown;
  }

  #freeId(path: string): string {
    const stem = basename(path, extname(path)).replaceAll(/[^\w.-]/g, "-");
    for (let i = 1; ; i++) {
      const id = i === 1 ? stem : `${stem}-${i}`;
      if (!this.#entries.has(id)) return id;
    }
  }

  #unknown(id: string | undefined): HttpError {
    if (id === undefined) {
      return new HttpError(404, "NO_MODEL", "No model is loaded: load one with POST /v1/models.");
    }
    const known = [...this.#entries.keys()];
    const hint = didYouMean(id, known) || (known.length === 0 ? " None is loaded." : ` There are ${known.join(", ")}.`);
    const shown = id.length > 80 ? `${id.slice(0, 77)}…` : id;
    return new HttpError(404, "UNKNOWN_MODEL", `There is no model "${shown}".${hint}`);
  }
}

function isReady(entry: Entry): entry is Entry & { model: LoadedModel } {
  return entry.model !== undefined;
}

function isWeights(path: string): boolean {
  return [".pt", ".pth", ".safetensors", ".onnx"].includes(extname(path).toLowerCase());
}
