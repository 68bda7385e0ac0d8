import type { DatasetEntry } from "@lookonce/data";
import { normalizedXywhToXyxy } from "@lookonce/geometry";
import type { YOLO } from "../yolo.ts";

/** Images that are processed before the clock runs: networks are compiled and workers started by them. */
const warmUp = 8;

interface ScoreModelOptions {
  entries: readonly DatasetEntry[];
  names: readonly string[];
  imgsz: number;
  onProgress?: (done: number) => void;
  signal?: AbortSignal | undefined;
}

/** What a model is worth and how fast it is. */
export interface ModelScore {
  map50: number;
  map50_95: number;
  /** Mean time of the network for an image, in milliseconds. */
  milliseconds: number;
  imagesPerSecond: number;
}

/** Detects as a user would, from file to boxes, and compares with their labels. */
export async function scoreModel(
  model: YOLO,
  { entries, names, imgsz, onProgress, signal }: ScoreModelOptions,
): Promise<ModelScore> {
  const { DetectionMetrics } = await import("@lookonce/metrics");
  const { familyOf } = await import("@lookonce/families");
  const { family } = await model.describe({ imgsz, rect: false });
  // Files of fixed size accept squares; what is compared is to see the same.
  const options = { ...familyOf(family).nms.val, imgsz, rect: false };
  const paths = entries.map(({ path }) => path);
  for await (const _ of model.stream(paths.slice(0, warmUp), options)) signal?.throwIfAborted();
  const metrics = new DetectionMetrics({ names });
  const labels = new Map(entries.map((entry) => [entry.path, entry]));
  let [done, network] = [0, 0];
  const start = performance.now();
  for await (const { path, boxes, speed } of model.stream(paths, options)) {
    signal?.throwIfAborted();
    const entry = labels.get(path) as DatasetEntry;
    metrics.add({
      detections: boxes,
      labels: { boxes: normalizedXywhToXyxy(entry.boxes, entry), classes: entry.classes },
    });
    network += speed.inference;
    done++;
    onProgress?.(done);
  }
  const seconds = (performance.now() - start) / 1000;
  const { map50, map50_95 } = metrics.result();
  return { map50, map50_95, milliseconds: network / done, imagesPerSecond: done / seconds };
}
