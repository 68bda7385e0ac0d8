import { optionSchema, tableJsonSchema, trackerOptions } from "@lookonce/config";
import { requestOptions } from "../jobs/job-options.ts";
import { boxSchema, detectProperties, milliseconds } from "../schemas/predict-schemas.ts";
import type { FullSettings } from "../settings.ts";

const maxTrails = 300;

/** A schema of objects; Fastify's types have no name for one. */
type JsonObjectSchema = Readonly<Record<string, unknown>>;

/** Points that a line or zone may be made of: `[[x, y], …]`, in pixels of the first frame. */
const shapes = {
  type: "object",
  additionalProperties: { type: "array", items: { type: "array", items: { type: "number" } } },
} as const;

/** The options of detection that a session may set; `conf` is that of `track`. */
export function trackParameterOptions({ maxImgsz }: Pick<FullSettings, "maxImgsz">): ReturnType<typeof requestOptions> {
  return requestOptions(optionSchema.track, { imgsz: maxImgsz, max_det: 1000 });
}

/** What a session is opened with. */
export function sessionSchema(settings: FullSettings): object {
  const { properties: tracker } = tableJsonSchema(trackerOptions);
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      ...detectProperties(settings, trackParameterOptions(settings)),
      tracker: {
        description: "bytetrack, botsort, or settings with the keys of their YAML files; default: botsort",
        anyOf: [
          { type: "string", enum: ["bytetrack", "botsort"] },
          { type: "object", properties: withoutDefaults(tracker) },
        ],
      },
      zones: {
        type: "object",
        description: "Lines and zones to count at, as in a zones file",
        properties: {
          ...{ lines: shapes, zones: shapes, point: { type: "string", enum: ["center", "bottom"] } },
          margin: { type: "number", minimum: 0 },
        },
      },
      trails: {
        ...{ type: "integer", minimum: 0, maximum: maxTrails },
        description: "Frames for which answers have the way of each object; default 0, none",
      },
    },
  };
}

function withoutDefaults(properties: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { default: _, ...schema }]: [string, { default?: unknown }]) => [
      name,
      schema,
    ]),
  );
}

const byClass = { type: "object", additionalProperties: { type: "integer" } } as const;

const countsSchema = {
  type: "object",
  description: "By class: how many crossed each line so far, and how many are in each zone",
  properties: {
    lines: { type: "object", additionalProperties: { type: "object", properties: { in: byClass, out: byClass } } },
    zones: { type: "object", additionalProperties: byClass },
  },
} as const;

const number = { type: "number" } as const;
const integer = { type: "integer" } as const;

/** A session as it is answered. */
export const sessionViewSchema: JsonObjectSchema = {
  type: "object",
  required: ["id", "model", "tracker", "frames", "objects", "idle_s", "timeout_s"],
  properties: {
    ...{ id: { type: "string" }, model: { type: "string" }, tracker: { type: "string" } },
    frames: { ...integer, description: "Frames that were tracked" },
    objects: { ...integer, description: "Objects that are tracked or can be found again" },
    idle_s: { ...number, description: "Seconds since the last frame" },
    timeout_s: { ...number, description: "Seconds without a frame after which it ends" },
    counts: countsSchema,
  },
};

/** A tracked frame. */
export const trackedFrameSchema: JsonObjectSchema = {
  type: "object",
  required: ["frame", "width", "height", "boxes"],
  properties: {
    frame: { ...integer, description: "Number of the frame, from 0" },
    timestamp: { ...number, description: "Of a video: seconds from its beginning" },
    ...{ width: integer, height: integer },
    boxes: {
      type: "array",
      description: "Objects with their id; where nothing is tracked, what was found, without",
      items: {
        ...boxSchema,
        properties: { ...boxSchema.properties, id: { ...integer, description: "Identity, from 1" } },
      },
    },
    events: {
      type: "array",
      description: "What happened at lines (in, out) and zones (enter, leave)",
      items: {
        type: "object",
        properties: {
          ...{ event: { type: "string" }, at: { type: "string" }, id: integer, class: integer },
          ...{ name: { type: "string" }, count: integer },
        },
      },
    },
    counts: countsSchema,
    trails: {
      type: "array",
      description: "Where each object has been: centers, x and y in turn",
      items: { type: "object", properties: { id: integer, points: { type: "array", items: number } } },
    },
  },
};

/** The answer to frames of a session. */
export const framesAnswerSchema: JsonObjectSchema = {
  type: "object",
  required: ["session", "frames", "queue_ms", "total_ms"],
  properties: {
    session: { type: "string" },
    frames: { type: "array", items: trackedFrameSchema },
    queue_ms: { ...milliseconds, description: "Milliseconds that the frames waited" },
    total_ms: { ...milliseconds, description: "Milliseconds from the request's first byte to the answer" },
  },
};
