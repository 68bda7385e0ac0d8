import { libraryValues } from "@lookonce/config";
import type { DetectOptions } from "@lookonce/yolo";
import type { FastifyInstance } from "fastify";
import type { FoundImage } from "../pool/inference-tasks.ts";
import { refusals } from "../schemas/error-schema.ts";
import {
  answerSchema,
  jsonSchema,
  parameterOptions,
  parametersSchema,
  predictBodies,
} from "../schemas/predict-schemas.ts";
import type { ServiceParts } from "../service-parts.ts";
import { checkBranch, detectImages, whenUnwanted } from "./detect-images.ts";
import { readPredictBody } from "./read-predict-body.ts";

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
        description:
          "Parameters go in the form, in the JSON, or in the address, with the names that lookonce predict has.",
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
      checkBranch(id, model, nms);
      const signal = whenUnwanted(reply, settings.timeout);
      const { answers, waited } = await detectImages(sent, { id, model, options, imgsz, nms, signal }, parts);
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
