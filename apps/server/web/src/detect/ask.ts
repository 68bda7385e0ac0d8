import { call } from "../api/call.ts";
import type { FoundImage, PredictAnswer } from "../api/types.ts";
import { lowestConfidence } from "./detections.ts";

/** What the service is asked to do with an image. */
export interface Ask {
  /** Which model; the service's default where there is none. */
  model: string | undefined;
  /** The default of the model's family where there is none. */
  iou: number | undefined;
  imgsz: number | undefined;
  /** Suppress duplicates, or else use the model's one-to-one branch; as the service does where there is none. */
  nms: boolean | undefined;
  /** Run on the image mirrored and at other sizes, too. */
  augment: boolean;
}

/** What came back, with how long it took from here. */
export interface Found extends FoundImage {
  queue: number;
  /** From sending to having the answer, milliseconds. */
  roundTrip: number;
}

export async function ask(image: Blob, options: Ask & { name?: string; signal?: AbortSignal }): Promise<Found> {
  const { name = "image", signal } = options;
  const form = new FormData();
  for (const [key, value] of Object.entries(fields(options))) form.append(key, value);
  form.append("image", image, name);
  const start = performance.now();
  const answer = await call<PredictAnswer>("/v1/predict", { method: "POST", body: form, signal: signal ?? null });
  const [found] = answer.images;
  if (found === undefined) throw new Error("The service answered without an image.");
  if ("error" in found) throw new Error(found.error.message);
  return { ...found, queue: answer.queue_ms, roundTrip: performance.now() - start };
}

/** The same question for a terminal. */
export function curlFor(options: Ask & { conf: number; name: string }): string {
  const given = { ...fields(options), conf: String(options.conf) };
  const lines = Object.entries(given).map(([key, value]) => `  -F ${key}=${quote(value)}`);
  return [`curl ${quote(`${location.origin}/v1/predict`)}`, ...lines, `  -F image=@${quote(options.name)}`].join(
    " \\\n",
  );
}

function fields({ model, iou, imgsz, nms, augment }: Ask): Record<string, string> {
  return {
    conf: String(lowestConfidence),
    ...(iou === undefined ? {} : { iou: String(iou) }),
    ...(model === undefined ? {} : { model }),
    ...(imgsz === undefined ? {} : { imgsz: String(imgsz) }),
    ...(nms === undefined ? {} : { nms: String(nms) }),
    ...(augment ? { augment: "true" } : {}),
  };
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
