import { randomUUID } from "node:crypto";
import { decodeError } from "@lookonce/errors";
import type { DetectOptions, Image } from "@lookonce/yolo";
import type { FastifyReply } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { refuse } from "../errors/refuse.ts";
import { admitImage, type SentImage } from "../images/admit-image.ts";
import type { SubmittedImage } from "../pool/inference-pool.ts";
import type { FoundImage, LoadedModel, MotionRequest } from "../pool/inference-tasks.ts";
import type { ServiceParts } from "../service-parts.ts";

/** How objects are to be detected. */
export interface DetectRequest {
  /** Name of the model. */
  id: string;
  model: LoadedModel;
  options: DetectOptions;
  imgsz: number | undefined;
  /** Whether the branch is used whose boxes are suppressed; otherwise the one-to-one branch. */
  nms: boolean;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** @throws HttpError 400 for a model without the branch that is asked for */
export function checkBranch(id: string, model: LoadedModel, nms: boolean): void {
  if (nms || model.branches.includes("one2one")) return;
  const message = `The model "${id}" has no one-to-one branch, which nms=false uses: only such as YOLO26 and YOLOv10 have. Leave nms out.`;
  throw new HttpError(400, "ARGUMENT", message);
}

type Parts = Pick<ServiceParts, "pool" | "settings">;

/** Detects in the images that can be read; returns the reason for the others. */
export async function detectImages(
  images: readonly SentImage[],
  request: DetectRequest,
  parts: Parts,
): Promise<{ answers: (FoundImage | HttpError)[]; waited: number }> {
  const admitted = await Promise.all(images.map((image) => admit(image, request, parts).catch(refuse)));
  const accepted = admitted.filter((image) => !(image instanceof Error)) as SubmittedImage[];
  if (accepted.length === 0) return { answers: admitted as HttpError[], waited: 0 };
  const { answers, waited } = await submit(accepted, request, parts);
  return {
    answers: admitted.map((image) => (image instanceof Error ? image : (answers.shift() as FoundImage))),
    waited,
  };
}

/**
 * Detects in a frame of a sequence.
 *
 * @param motion asks how the camera moved
 * @param appearance asks how each object looks
 * @throws HttpError when it cannot be read
 */
export async function detectFrame(
  frame: SentImage | Image,
  {
    motion,
    appearance = false,
    ...request
  }: DetectRequest & { motion?: MotionRequest | undefined; appearance?: boolean },
  parts: Parts,
): Promise<{ found: FoundImage; waited: number }> {
  const image =
    "file" in frame
      ? await admit(frame, request, parts)
      : { content: frame, pixels: frame.width * frame.height, ...common(frame, request, parts) };
  const { answers, waited } = await submit([{ ...image, ...(motion && { motion }), appearance }], request, parts);
  const [found] = answers;
  if (found === undefined || found instanceof Error) throw found ?? new Error("a worker has not answered");
  return { found, waited };
}

async function admit(image: SentImage, request: DetectRequest, parts: Parts): Promise<SubmittedImage> {
  const { maxPixels } = parts.settings;
  const size = await admitImage(image, maxPixels);
  const { file: content } = image;
  if (size !== undefined) return { content, pixels: size.width * size.height, ...common(size, request, parts) };
  // Of unknown size: a batch of its own
  return { content, options: request.options, pixels: maxPixels, shape: `unknown ${randomUUID()}` };
}

/** What images of a size have: those that the network sees at the same size share a batch. */
function common(
  { width, height }: { width: number; height: number },
  { model, options, imgsz }: DetectRequest,
  { settings }: Parts,
): Pick<SubmittedImage, "options" | "shape"> {
  // An exported model may fix its size
  const [maxHeight, maxWidth] = imgsz === undefined ? model.imgsz : [imgsz, imgsz];
  const ratio = Math.min(maxHeight / height, maxWidth / width);
  const padded = (side: number): number => Math.ceil(Math.round(side * ratio) / model.stride) * model.stride;
  const shape = settings.rect ? `${padded(height)}x${padded(width)}` : `${maxHeight}x${maxWidth}`;
  return { options, shape };
}

async function submit(
  images: readonly SubmittedImage[],
  { id, model, imgsz, nms, signal }: DetectRequest,
  { pool }: Parts,
): Promise<{ answers: (FoundImage | HttpError)[]; waited: number }> {
  const request = { model: id, imgsz: imgsz ?? Math.max(...model.imgsz), nms, signal };
  const { answers, waited } = await pool.submit(images, request);
  return { answers: answers.map((answer) => ("error" in answer ? refuse(decodeError(answer.error)) : answer)), waited };
}

/** Aborts when a request's time has run out or its client has gone. */
export function whenUnwanted(reply: FastifyReply, seconds: number): AbortSignal {
  const late = new AbortController();
  const timer = setTimeout(() => {
    const message = `The answer was not there within ${seconds} seconds; the service may have too much to do.`;
    late.abort(new HttpError(504, "TIMEOUT", message, { retryAfter: 1 }));
  }, 1000 * seconds);
  reply.raw.once("close", () => clearTimeout(timer));
  return AbortSignal.any([late.signal, whenGone(reply)]);
}

/** Aborts when a request's client has gone, or it was answered. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    gone.abort(new HttpError(499, "CLIENT_GONE", "The client closed the connection."));
  });
  return gone.signal;
}
