import { decodeError } from "@lookonce/worker-pool";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { DetectOptions } from "lookonce";
import { HttpError } from "../errors/http-error.ts";
import { refuse } from "../errors/refuse.ts";
import { admitImage, type ImageSize, type SentImage } from "../images/admit-image.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { ModelRegistry, ReadyModel } from "../models/model-registry.ts";
import type { InferencePool, SubmittedImage } from "../pool/inference-pool.ts";
import type { FoundImage } from "../pool/inference-tasks.ts";
import { refusals } from "../schemas/error-schema.ts";
import { answerSchema, jsonSchema, parametersSchema, predictBodies } from "../schemas/predict-schemas.ts";
import type { FullSettings } from "../settings.ts";
import { type PredictParameters, readPredictBody } from "./read-predict-body.ts";

/** What the route works with. */
export interface PredictTools {
  pool: InferencePool;
  models: ModelRegistry;
  metrics: Metrics;
  settings: FullSettings;
}

/** The answer for one image. */
type ImageAnswer = FoundImage | { error: { code: string; message: string } };

/** `POST /v1/predict`: finds objects in one image or several. */
export function predictRoute(app: FastifyInstance, tools: PredictTools): void {
  const { settings, metrics } = tools;
  const { maxBody, maxImages } = settings;
  const rules = { parameters: parametersSchema(settings), json: jsonSchema(settings), maxBody, maxImages };
  app.addContentTypeParser(
    /^(image\/|application\/octet-stream)/,
    { parseAs: "buffer", bodyLimit: maxBody },
    (_request, body, done) => done(null, body),
  );
  app.post(
    "/v1/predict",
    {
      bodyLimit: maxBody,
      schema: {
        tags: ["predict"],
        operationId: "predict",
        summary: "Finds objects in images",
        description: "Parameters go in the form, in the JSON, or in the address, with the names that `predict` has.",
        querystring: { type: "object", properties: {}, additionalProperties: true },
        response: { 200: { description: "What was found", ...answerSchema }, ...refusals },
      },
      config: { bodies: predictBodies(settings), parameters: parametersSchema(settings) },
    },
    async (request, reply) => {
      const { images, parameters } = await readPredictBody(request, rules);
      const model = tools.models.find(parameters.model);
      const { answers, waited } = await look(images, { parameters, model, reply }, tools);
      metrics.images.inc({ model: model.id }, answers.length);
      const [first] = answers;
      if (answers.length === 1 && first instanceof Error) throw first;
      const found = answers.map(
        (answer): ImageAnswer => (answer instanceof Error ? { error: plainError(answer) } : answer),
      );
      return { model: model.id, images: found, queue_ms: waited, total_ms: reply.elapsedTime };
    },
  );
}

interface Wish {
  parameters: PredictParameters;
  model: ReadyModel;
  reply: FastifyReply;
}

/** Detects in the images that can be read; returns the reason for the others. */
async function look(
  images: readonly SentImage[],
  { parameters, model, reply }: Wish,
  { pool, settings }: PredictTools,
): Promise<{ answers: (FoundImage | HttpError)[]; waited: number }> {
  const imgsz = parameters.imgsz ?? settings.imgsz;
  const options = detectOptions(parameters);
  const form = { stride: model.model.stride, rect: settings.rect, imgsz: formOf(model, parameters) };
  const admitted = await Promise.all(
    images.map(async (image): Promise<SubmittedImage | HttpError> => {
      try {
        const size = await admitImage(image, settings.maxPixels);
        const shape = networkShape(size, form);
        return { file: image.file, options, pixels: size.width * size.height, shape };
      } catch (error) {
        return refuse(error);
      }
    }),
  );
  const accepted = admitted.filter((image) => !(image instanceof Error)) as SubmittedImage[];
  if (accepted.length === 0) return { answers: admitted as HttpError[], waited: 0 };
  const watch = watchRequest(reply, settings.timeout);
  try {
    const { answers, waited } = await pool.submit(accepted, { model: model.id, imgsz, signal: watch.signal });
    const found = answers.map((answer) => ("error" in answer ? refuse(decodeError(answer.error)) : answer));
    return {
      answers: admitted.map((image) => (image instanceof Error ? image : (found.shift() as FoundImage))),
      waited,
    };
  } finally {
    watch.end();
  }
}

/** Largest size of the network's images: an exported model may fix it. */
function formOf({ model }: ReadyModel, { imgsz }: PredictParameters): readonly [number, number] {
  return imgsz === undefined ? model.imgsz : [imgsz, imgsz];
}

function detectOptions({ conf, iou, max_det, classes, agnostic_nms, augment }: PredictParameters): DetectOptions {
  return {
    ...(conf === undefined ? {} : { conf }),
    ...(iou === undefined ? {} : { iou }),
    ...(max_det === undefined ? {} : { maxDet: max_det }),
    ...(classes === undefined ? {} : { classes }),
    ...(agnostic_nms === undefined ? {} : { agnosticNms: agnostic_nms }),
    ...(augment === undefined ? {} : { augment }),
  };
}

function plainError({ code, message }: HttpError): { code: string; message: string } {
  return { code, message };
}

/** The input sizes that a model accepts. */
interface NetworkSpec {
  /** Size that they are letterboxed to at most. */
  imgsz: readonly [height: number, width: number];
  stride: number;
  /** Whether they are padded only to the next multiple of the stride. */
  rect: boolean;
}

/** Names the size at which the network runs on an image, so that images of one size can be batched. */
function networkShape({ width, height }: ImageSize, { imgsz, stride, rect }: NetworkSpec): string {
  const [maxHeight, maxWidth] = imgsz;
  if (!rect) return `${maxHeight}x${maxWidth}`;
  const ratio = Math.min(maxHeight / height, maxWidth / width);
  const [down, across] = [height, width].map((side) => Math.ceil(Math.round(side * ratio) / stride) * stride);
  return `${down}x${across}`;
}

/** Signals when nobody waits for a request's answer any more. */
interface RequestWatch {
  readonly signal: AbortSignal;
  /** Stops watching. */
  end(): void;
}

/** Watches for a request's time running out, and for its client going away. */
function watchRequest(reply: FastifyReply, seconds: number): RequestWatch {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `The answer was not there within ${seconds} seconds; the service may have too much to do.`;
    controller.abort(new HttpError(504, { code: "TIMEOUT", message }, { retryAfter: 1 }));
  }, 1000 * seconds);
  const onClose = (): void => {
    controller.abort(new HttpError(499, { code: "CLIENT_GONE", message: "The client closed the connection." }));
  };
  reply.raw.once("close", onClose);
  return {
    signal: controller.signal,
    end(): void {
      clearTimeout(timer);
      reply.raw.off("close", onClose);
    },
  };
}
