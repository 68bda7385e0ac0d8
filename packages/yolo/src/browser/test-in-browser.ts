import { type BrowserLoadOptions, files, LookonceError, type PredictOptions, startWorker, YOLO } from "./index.ts";

type Loaded = Pick<BrowserLoadOptions, "device" | "runtimeFiles" | "threads">;

const program = "/worker.js";

/** Loads a model by its address. */
export async function load(model: string, options: Loaded): Promise<YOLO> {
  return YOLO.load(new URL(model, location.href), { program, ...options });
}

/** Predicts on images by their addresses. Returns plain results, and what the log said. */
export async function predict(
  model: string,
  images: readonly string[],
  { load: loading = {}, ...options }: PredictOptions & { load?: Loaded },
): Promise<{ results: unknown[]; lines: string[]; isResults: boolean }> {
  const lines: string[] = [];
  const yolo = await YOLO.load(new URL(model, location.href), { program, ...loading, log: (line) => lines.push(line) });
  const results = await yolo.predict(
    images.map((image) => new URL(image, location.href)),
    options,
  );
  const [first] = results;
  const isResults = first !== undefined && first.describe() !== "" && first.image.data.length > 0;
  await yolo.dispose();
  return { results: results.map((result) => result.toJSON()), lines, isResults };
}

/** Predicts on one image in every form that a page has it in. Returns how many boxes each has. */
export async function predictForms(model: string, image: string, loading: Loaded): Promise<Record<string, number>> {
  const yolo = await load(model, loading);
  const blob = await (await fetch(image)).blob();
  const bitmap = await createImageBitmap(blob);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  const element = new Image();
  element.src = image;
  await files.write("/images/one.png", blob);
  const sources = {
    blob,
    bitmap,
    canvas,
    element,
    file: new File([blob], "one.png"),
    bytes: new Uint8Array(await blob.arrayBuffer()),
    pixels: context.getImageData(0, 0, canvas.width, canvas.height),
    path: "/images/one.png",
    folder: "/images",
  };
  const counts: Record<string, number> = {};
  for (const [name, source] of Object.entries(sources)) {
    const [result] = await yolo.predict(source, { imgsz: 128 });
    counts[name] = result?.boxes.count ?? -1;
  }
  counts.bitmapWidth = bitmap.width;
  return counts;
}

/** What a call throws: its code and message; where it does not throw, `undefined`. */
export async function thrownBy(
  what: "corrupt" | "ended" | "missing" | "nameless" | "page",
  loading: Loaded,
): Promise<unknown> {
  const attempts: Record<typeof what, () => Promise<unknown>> = {
    corrupt: async () => (await YOLO.load(new File(["no model"], "broken.onnx"), { program, ...loading })).describe(),
    ended: async () => {
      const worker = startWorker({ program });
      const yolo = await YOLO.load("yolov8n.yaml", { worker, ...loading });
      worker.terminate();
      return yolo.task();
    },
    missing: () => YOLO.load(new URL("/nothing.onnx", location.href), { program, ...loading }),
    nameless: () => YOLO.load(new Blob(["no name"]), { program, ...loading }),
    page: () => YOLO.load("yolov8n.yaml", { worker: startWorker({ program: "/missing-worker.js" }) }),
  };
  try {
    await attempts[what]();
    return undefined;
  } catch (error) {
    const { code, message } = error as LookonceError;
    return { isOurs: error instanceof LookonceError, code, message };
  }
}

/** Loads a model while it is aborted, and reports the progress and what is thrown. */
export async function abortLoading(
  model: string,
): Promise<{ loaded: number; total: number | undefined; name: string }> {
  let last: { loaded: number; total?: number } = { loaded: 0 };
  const onProgress = (progress: { loaded: number; total?: number }): void => {
    last = progress;
  };
  await YOLO.load(new URL(model, location.href), { program, onProgress });
  const controller = new AbortController();
  controller.abort();
  const thrown = await YOLO.load(new URL(model, location.href), { program, signal: controller.signal }).catch(
    (error) => error,
  );
  return { loaded: last.loaded, total: last.total, name: (thrown as Error).name };
}

/** What {@link train} saw and made. */
export interface Trained {
  losses: Record<string, number>[];
  map50: number;
  best: string;
  exported: string[];
  found: unknown[];
  tracked: number;
}

/** Trains on a data set that lies under the same addresses, then validates, exports, detects and tracks. */
export async function train(
  paths: readonly string[],
  { yaml, image, settings, ...loading }: { yaml: string; image: string; settings: Record<string, unknown> } & Loaded,
): Promise<Trained> {
  const worker = startWorker({ program });
  for (const path of paths) await files.write(path, await (await fetch(path)).blob(), { worker });
  const yolo = await YOLO.load(new File([yaml], "tiny.yaml"), { worker, seed: 0, ...loading });
  const losses: Record<string, number>[] = [];
  const callbacks = [
    {
      onTrainBatchEnd({ losses: step }: { losses: Record<string, number> }) {
        losses.push({ ...step });
      },
    },
  ];
  const data = "/shapes/shapes.yaml";
  const { best } = await yolo.train({ ...settings, data, project: "/runs", callbacks });
  const { map50 } = await yolo.val({ data, imgsz: 64 });
  const { files: written } = await yolo.export({ format: "onnx", imgsz: 64, file: "/tiny.onnx" });
  const found = await yolo.predict(image, { imgsz: 64, conf: 0, maxDet: 5 });
  const tracked = await yolo.track([image, image], { imgsz: 64, conf: 0, maxDet: 5 });
  await yolo.dispose();
  return {
    ...{ losses, map50, best, tracked: tracked.length },
    exported: written.map(({ name }) => name),
    found: found.map((result) => result.toJSON()),
  };
}
