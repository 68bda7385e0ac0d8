import type { FullSettings } from "../settings.ts";

/** Parameters of a prediction, with the names that YOLO users know. */
export function detectParameters({ maxImgsz }: FullSettings): Record<string, object> {
  return {
    model: {
      type: "string",
      minLength: 1,
      maxLength: 200,
      description: "A model of GET /v1/models; default: the first",
    },
    conf: { type: "number", minimum: 0, maximum: 1, description: "Confidences must exceed this (default 0.25)" },
    iou: {
      type: "number",
      minimum: 0,
      maximum: 1,
      description: "A box goes when its IoU with a better one exceeds this (default 0.7, YOLOv5 0.45)",
    },
    max_det: { type: "integer", minimum: 1, maximum: 10_000, description: "Most detections an image (default 300)" },
    classes: {
      type: "array",
      maxItems: 10_000,
      items: { type: "integer", minimum: 0 },
      description: "Numbers of the classes wanted (default: all); in an address or a form 0,2,5",
    },
    agnostic_nms: {
      type: "boolean",
      description: "Whether boxes of different classes suppress each other (default false)",
    },
    imgsz: {
      type: "integer",
      minimum: 32,
      maximum: maxImgsz,
      description: "Longer side that images are scaled to, rounded up to the model's stride",
    },
    augment: { type: "boolean", description: "Run at several scales and mirrored, and merge (default false)" },
  };
}

/** The parameters alone, as they come in an address or a form. */
export function parametersSchema(settings: FullSettings): object {
  return { type: "object", additionalProperties: false, properties: detectParameters(settings) };
}

/** The body of a request in JSON. */
export function jsonSchema(settings: FullSettings): object {
  return {
    type: "object",
    additionalProperties: false,
    required: ["images"],
    properties: {
      images: {
        type: "array",
        minItems: 1,
        maxItems: settings.maxImages,
        items: { type: "string", description: "An image file in base64, or as a data: address" },
      },
      ...detectParameters(settings),
    },
  };
}

const milliseconds = { type: "number", description: "Milliseconds" } as const;

const boxSchema = {
  type: "object",
  required: ["x1", "y1", "x2", "y2", "confidence", "class", "name"],
  properties: {
    ...{ x1: { type: "number" }, y1: { type: "number" }, x2: { type: "number" }, y2: { type: "number" } },
    confidence: { type: "number" },
    class: { type: "integer" },
    name: { type: "string" },
  },
} as const;

/** What was found, image by image; one that could not be read among several has `error` alone. */
export const answerSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  required: ["model", "images", "queue_ms", "total_ms"],
  properties: {
    model: { type: "string" },
    images: {
      type: "array",
      items: {
        type: "object",
        properties: {
          width: { type: "integer", description: "Of the image, in pixels, the right way up" },
          height: { type: "integer" },
          speed: {
            type: "object",
            properties: { preprocess: milliseconds, inference: milliseconds, postprocess: milliseconds },
          },
          boxes: {
            type: "array",
            description: "Best first; corners in pixels of the image",
            items: boxSchema,
          },
          error: {
            type: "object",
            properties: { code: { type: "string" }, message: { type: "string" } },
          },
        },
      },
    },
    queue_ms: { ...milliseconds, description: "Milliseconds that the images waited" },
    total_ms: { ...milliseconds, description: "Milliseconds from the request's first byte to the answer" },
  },
};

const image = { type: "string", format: "binary" } as const;

/** The bodies that a prediction accepts, for the OpenAPI document: Fastify itself reads only one of them by schema. */
export function predictBodies(settings: FullSettings): object {
  const form = {
    type: "object",
    required: ["image"],
    properties: { image: { type: "array", items: image }, ...detectParameters(settings) },
  };
  return {
    "multipart/form-data": { schema: form },
    "application/json": { schema: jsonSchema(settings) },
    "image/*": { schema: image },
  };
}
