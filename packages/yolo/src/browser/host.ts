import { LookonceError } from "@lookonce/errors";
import {
  addFile,
  basename,
  dirname,
  flushFiles,
  join,
  mkdirSync,
  mountFiles,
  openBlob,
  readdirSync,
  rmSync,
  statSync,
  writeWhole,
} from "@lookonce/files";
import type { LoadOptions } from "../options.ts";
import { YOLO } from "../yolo.ts";
import { type FetchProgress, fetchModel } from "./fetch-model.ts";
import { answer, unpack } from "./messages.ts";
import { runtimeFiles } from "./runtime-files.ts";

/**
 * A model: a path in the files of the page's origin, the name of a model file that is shipped, such as `yolov8n.yaml`, an
 * address, a dropped file, or the files of one of TensorFlow.js: `model.json` and what lies beside it.
 */
export type ModelFile = string | URL | Blob | readonly File[];

/** A file that is listed. */
export interface FileEntry {
  path: string;
  /** In bytes; 0 for folders. */
  size: number;
  isFolder: boolean;
}

/** A file that was written, with its contents. */
export interface WrittenFile {
  /** Its name, below the folder where several were written. */
  name: string;
  blob: Blob;
}

/** Options of loading that the page sends along. */
export interface HostLoadOptions extends LoadOptions {
  signal?: AbortSignal;
  onProgress?: (progress: FetchProgress) => void;
}

/** A method of a model that the page calls. */
export type MethodName =
  | "describe"
  | "dispose"
  | "export"
  | "info"
  | "predict"
  | "stream"
  | "task"
  | "track"
  | "trackStream"
  | "train"
  | "val";

/** Methods that the page calls on a model, and what they return for it. */
const methods: Readonly<Record<MethodName, (model: YOLO, given: unknown[]) => Promise<unknown>>> = {
  task: (model: YOLO) => model.task(),
  info: (model: YOLO, [options]: unknown[]) => model.info(options as never),
  describe: (model: YOLO, [options]: unknown[]) => model.describe(options as never),
  async predict(model: YOLO, [source, options]: unknown[]) {
    const results: unknown[] = [];
    for await (const result of model.stream(source as never, options as never)) results.push(result);
    return results;
  },
  stream: async (model: YOLO, [source, options]: unknown[]) => model.stream(source as never, options as never),
  track: (model: YOLO, [source, options]: unknown[]) => model.track(source as never, options as never),
  trackStream: async (model: YOLO, [source, options]: unknown[]) =>
    model.trackStream(source as never, options as never),
  async train(model: YOLO, [options]: unknown[]) {
    const report = await model.train(options as never);
    await flushFiles();
    return report;
  },
  async val(model: YOLO, [options]: unknown[]) {
    const report = await model.val(options as never);
    await flushFiles();
    return report;
  },
  async export(model: YOLO, [options]: unknown[]) {
    const report = await model.export(options as never);
    await flushFiles();
    return { ...report, files: await blobsOf(report.file) };
  },
  dispose: (model: YOLO) => model.dispose(),
};

/** What a worker does for its page: it has the models and the files. Arguments and answers are packed. */
export class Host {
  readonly #models = new Map<number, YOLO>();
  #saidThreads = false;
  #mounted: Promise<void> | undefined;
  #count = 0;

  /** Loads a model. Returns its number and its name. */
  load(given: unknown): Promise<unknown> {
    return answer(async () => {
      await this.#mount();
      const [model, options] = unpack<[ModelFile, HostLoadOptions]>(given);
      const { onProgress, signal, ...rest } = options;
      this.#sayThreads(rest);
      const path = typeof model === "string" ? model : await this.#add(model, { onProgress, signal });
      signal?.throwIfAborted();
      const loaded = await YOLO.load(path, { runtimeFiles, ...rest });
      this.#count++;
      this.#models.set(this.#count, loaded);
      return { id: this.#count, name: loaded.name };
    });
  }

  /** Calls a method of a model. Returns what it returns, and the model's name, which training changes. */
  call(id: number, method: MethodName, given: unknown): Promise<unknown> {
    return answer(async () => {
      const model = this.#models.get(id) as YOLO;
      const value = await methods[method](model, unpack<unknown[]>(given));
      return { value, name: model.name };
    });
  }

  write(path: string, content: string | Uint8Array | Blob): Promise<unknown> {
    return answer(async () => {
      await this.#mount();
      mkdirSync(dirname(path), { recursive: true });
      const bytes = content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content;
      await writeWhole(path, bytes);
    });
  }

  add(path: string, file: Blob): Promise<unknown> {
    return answer(async () => {
      await this.#mount();
      addFile(path, file);
    });
  }

  read(path: string): Promise<unknown> {
    return answer(async () => {
      await this.#mount();
      return openBlob(path);
    });
  }

  list(folder: string): Promise<unknown> {
    return answer(async () => {
      await this.#mount();
      return readdirSync(folder).map((name) => entryOf(join(folder, name)));
    });
  }

  remove(path: string): Promise<unknown> {
    return answer(async () => {
      await this.#mount();
      rmSync(path, { recursive: true, force: true });
      await flushFiles();
    });
  }

  /** Scans the origin's own files once. */
  #mount(): Promise<void> {
    this.#mounted ??= mountFiles();
    // What failed may work later
    this.#mounted.catch(() => {
      this.#mounted = undefined;
    });
    return this.#mounted;
  }

  /** Says once why there is one thread, where more are wanted. */
  #sayThreads({ device = "cpu", threads = navigator.hardwareConcurrency, log }: LoadOptions): void {
    if (this.#saidThreads || globalThis.crossOriginIsolated === true || device === "webgpu" || threads === 1) return;
    this.#saidThreads = true;
    log?.(
      "WebAssembly runs on one thread, since this page is not isolated from others: serve it, and the scripts of its workers, with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    );
  }

  /** Adds a dropped or fetched model to the files, unread. Returns its path. */
  async #add(
    model: Exclude<ModelFile, string>,
    options: Pick<HostLoadOptions, "onProgress" | "signal">,
  ): Promise<string> {
    const folder = `/tmp/opened/${crypto.randomUUID()}`;
    if (model instanceof URL) return fetchModel(model, folder, options);
    const files = model instanceof Blob ? [model as File] : model;
    for (const file of files) addFile(join(folder, nameOf(file)), file);
    if (files.length === 1) return join(folder, nameOf(files[0] as File));
    // Several files are a model of TensorFlow.js, which knows its parts by name
    return folder;
  }
}

function nameOf({ name }: Partial<File>): string {
  if (name !== undefined && name !== "") return basename(name);
  throw new LookonceError(
    "ARGUMENT",
    "A Blob has no name, by which the kind of a model is known: pass new File([blob], 'model.onnx').",
  );
}

function entryOf(path: string): FileEntry {
  const facts = statSync(path);
  const isFolder = facts.isDirectory();
  return { path, size: isFolder ? 0 : facts.size, isFolder };
}

/** A file, or all files of a folder. */
async function blobsOf(path: string): Promise<WrittenFile[]> {
  if (!statSync(path).isDirectory()) return [{ name: basename(path), blob: await openBlob(path) }];
  const names = (readdirSync(path, { recursive: true }) as string[]).filter((name) =>
    statSync(join(path, name)).isFile(),
  );
  return Promise.all(names.map(async (name) => ({ name, blob: await openBlob(join(path, name)) })));
}
