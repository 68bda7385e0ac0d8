import { randomUUID } from "node:crypto";
import { libraryValues } from "@lookonce/config";
import { decodeError } from "@lookonce/worker-pool";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { DetectOptions } from "lookonce";
import { HttpError } from "../errors/http-error.ts";
import { refuse } from "../errors/refuse.ts";
import { admitImage, type SentImage } from "../images/admit-image.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { ModelRegistry } from "../models/model-registry.ts";
import type { InferencePool, SubmittedImage } from "../pool/inference-pool.ts";
import type { FoundImage, LoadedModel } from "../pool/inference-tasks.ts";
import { refusals } from "../schemas/error-schema.ts";
import {
  answerSchema,
  jsonSchema,
  parameterOptions,
  parametersSchema,
  predictBodies,
} from "../schemas/predict-schemas.ts";
import type { FullSettings } from "../settings.ts";
import { readPredictBody } from "./read-predict-body.ts";

/** What a service is made of. */
export interface ServiceParts {
  settings: FullSettings;
  pool: InferencePool;
  models: ModelRegistry;
  metrics: Metrics;
}

/** The answer to `POST /v1/predict`. */
export interface PredictAnswer {
  model: string;
  images: (FoundImage | { error: { code: string; message: string } })[];
  queue_ms: number;
  total_ms: number;
}

/** `POST /v1/predict`: finds objects in one image or several. */
export function predictRoute(app: FastifyInstance, parts: ServiceParts): void {
  const { settings, metrics, models } = parts;
  const { maxBody, maxImages } = settings;
  const { imgsz: _, nms: __, ...thresholds } = parameterOptions(settings);
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
      config: { isPrediction: true, bodies: predictBodies(settings), parameters: parametersSchema(settings) },
    },
    async (request, reply): Promise<PredictAnswer> => {
      const { images: sent, parameters } = await readPredictBody(request, rules);
      const { id, model } = models.find(parameters.model);
      const options = libraryValues(thresholds, parameters) as DetectOptions;
      const { imgsz, nms = settings.nms } = parameters;
      if (!nms && !model.branches.includes("one2one")) throw noSuchBranch(id);
      const { answers, waited } = await detect(sent, { id, model, options, imgsz, nms, reply }, parts);
      metrics.images.inc({ model: id }, answers.length);
      const [first] = answers;
      if (answers.length === 1 && first instanceof Error) throw first;
      const images = answers.map((answer) => {
        if (!(answer instanceof Error)) return answer;
        const { code, message } = answer;
        return { error: { code, message } };
      });
      return { model: id, images, queue_ms: waited, total_ms: reply.elapsedTime };
    },
  );
}

function noSuchBranch(id: string): HttpError {
  const message = `The model "${id}" has no one-to-one branch, which nms=false uses: only such as YOLO26 and YOLOv10 have. Leave nms out.`;
  return new HttpError(400, "ARGUMENT", message);
}

interface DetectRequest {
  id: string;
  model: LoadedModel;
  options: DetectOptions;
  imgsz: number | undefined;
  nms: boolean;
  reply: FastifyReply;
}

/** Detects in the images that can be read; returns the reason for the others. */
async function detect(
  images: readonly SentImage[],
  { id, model, options, imgsz, nms, reply }: DetectRequest,
  { pool, settings }: ServiceParts,
): Promise<{ answers: (FoundImage | HttpError)[]; waited: number }> {
  // An exported model may fix its size
  const [maxHeight, maxWidth] = imgsz === undefined ? model.imgsz : [imgsz, imgsz];
  const admitted = await Promise.all(
    images.map(async (image): Promise<SubmittedImage | HttpError> => {
      try {
        const size = await admitImage(image, settings.maxPixels);
        // Of unknown size: a batch of its own
        if (size === undefined) {
          return { file: image.file, options, pixels: settings.maxPixels, shape: `unknown ${randomUUID()}` };
        }
        const { width, height } = size;
        const ratio = Math.min(maxHeight / height, maxWidth / width);
        const padded = (side: number): number => Math.ceil(Math.round(side * ratio) / model.stride) * model.stride;
        const shape = settings.rect ? `${padded(height)}x${padded(width)}` : `${maxHeight}x${maxWidth}`;
        return { file: image.file, options, pixels: width * height, shape };
      } catch (error) {
        return refuse(error);
      }
    }),
  );
  const accepted = admitted.filter((image) => !(image instanceof Error)) as SubmittedImage[];
  if (accepted.length === 0) return { answers: admitted as HttpError[], waited: 0 };
  const signal = whenUnwanted(reply, settings.timeout);
  const request = { model: id, imgsz: imgsz ?? Math.max(...model.imgsz), nms, signal };
  const { answers, waited } = await pool.submit(accepted, request);
  const found = answers.map((answer) => ("error" in answer ? refuse(decodeError(answer.error)) : answer));
  return { answers: admitted.map((image) => (image instanceof Error ? image : (found.shift() as FoundImage))), waited };
}

/** Aborts when a request's time has run out or its client has gone. */
function whenUnwanted(reply: FastifyReply, seconds: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `The answer was not there within ${seconds} seconds; the service may have too much to do.`;
    controller.abort(new HttpError(504, "TIMEOUT", message, { retryAfter: 1 }));
  }, 1000 * seconds);
  reply.raw.once("close", () => {
    clearTimeout(timer);
    controller.abort(new HttpError(499, "CLIENT_GONE", "The client closed the connection."));
  });
  return controller.signal;
}
