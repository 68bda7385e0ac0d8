import { type OptionTable, optionSchema, tableJsonSchema } from "@lookonce/config";
import { requestOptions } from "../jobs/job-options.ts";
import type { FullSettings } from "../settings.ts";

/** The options that a request for a prediction may set. */
export function parameterOptions({ maxImgsz }: Pick<FullSettings, "maxImgsz">): OptionTable {
  return requestOptions(optionSchema.predict, { imgsz: maxImgsz, max_det: 10_000 });
}

/** Parameters of a detection, with the names that YOLO users know. */
export function detectProperties(
  settings: FullSettings,
  options: OptionTable = parameterOptions(settings),
): Readonly<Record<string, object>> {
  const { properties } = tableJsonSchema(options);
  // The validator would fill them in: here the service's settings and the model's family decide
  const withoutDefaults = Object.entries(properties).map(
    ([name, { default: _, ...schema }]) => [name, schema] as const,
  );
  return {
    model: {
      type: "string",
      minLength: 1,
      maxLength: 200,
      description: "a model of GET /v1/models; default: the first",
    },
    ...Object.fromEntries(withoutDefaults),
    classes: {
      type: "array",
      maxItems: 10_000,
      items: { type: "integer", minimum: 0 },
      description: "numbers of the classes to detect (default: all); in an address or a form 0,2,5",
    },
  };
}

/** The parameters alone, as they come in an address or a form. */
export function parametersSchema(settings: FullSettings): object {
  return { type: "object", additionalProperties: false, properties: detectProperties(settings) };
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
      ...detectProperties(settings),
    },
  };
}

export const milliseconds = { type: "number", description: "Milliseconds" } as const;

/** Schema of an object with properties. */
interface BoxSchema {
  type: "object";
  required: readonly string[];
  properties: Readonly<Record<string, object>>;
}

const number = { type: "number" } as const;

const numbers = { type: "array", items: number } as const;

const classProperties = {
  class: { type: "integer", description: "Number of the class" },
  name: { type: "string", description: "Name of the class" },
  confidence: { type: "number", description: "From 0 to 1" },
} as const;

export const boxSchema: BoxSchema = {
  type: "object",
  required: ["x1", "y1", "x2", "y2", "confidence", "class", "name"],
  properties: {
    x1: { type: "number", description: "Left side, in pixels of the image" },
    y1: { type: "number", description: "Upper side" },
    x2: { type: "number", description: "Right side" },
    y2: { type: "number", description: "Lower side" },
    ...classProperties,
    segments: {
      type: "object",
      description: "Of segmentation: the outline of the mask, in pixels of the image",
      properties: { x: numbers, y: numbers },
    },
    keypoints: {
      type: "object",
      description: "Of pose estimation: the points, in pixels of the image, and how certainly each is visible, 0 to 1",
      properties: { x: numbers, y: numbers, visible: numbers },
    },
    obb: {
      type: "object",
      description: "Of oriented boxes: center, sides, angle in radians (clockwise, of the width), the four corners",
      properties: {
        ...{ x: number, y: number, width: number, height: number, angle: number },
        corners: { type: "array", items: numbers },
      },
    },
  },
};

/** What was found, image by image; one that could not be read among several has `error` alone. */
export const answerSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  required: ["model", "images", "queue_ms", "total_ms"],
  properties: {
    model: { type: "string", description: "The model that was used" },
    images: {
      type: "array",
      description: "In the order of the request",
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
          top5: {
            type: "array",
            description: "Of classifiers: the most probable classes, best first; there are no boxes then",
            items: { type: "object", required: ["class", "name", "confidence"], properties: classProperties },
          },
          error: {
            type: "object",
            description: "Why this image of several could not be read; it has nothing else then",
            properties: { code: { type: "string" }, message: { type: "string" } },
          },
        },
      },
    },
    queue_ms: { ...milliseconds, description: "Milliseconds that the images waited" },
    total_ms: { ...milliseconds, description: "Milliseconds from the request's first byte to the answer" },
  },
  examples: [
    {
      model: "yolo11n",
      images: [
        {
          ...{ width: 810, height: 1080, speed: { preprocess: 4, inference: 31, postprocess: 1 } },
          boxes: [{ x1: 48.5, y1: 398.1, x2: 245.2, y2: 902.7, confidence: 0.89, class: 0, name: "person" }],
        },
      ],
      ...{ queue_ms: 0, total_ms: 41 },
    },
  ],
};

const image = { type: "string", format: "binary" } as const;

/** The bodies that a prediction accepts, for the OpenAPI document: Fastify itself reads only one of them by schema. */
export function predictBodies(settings: FullSettings): object {
  const form = {
    type: "object",
    required: ["image"],
    properties: { image: { type: "array", items: image }, ...detectProperties(settings) },
  };
  return {
    "multipart/form-data": { schema: form },
    "application/json": { schema: jsonSchema(settings) },
    "image/*": { schema: image },
    "application/octet-stream": { schema: image },
  };
}
