import { Readable } from "node:stream";
import { libraryValues, type TrackerSettings, withDefaults } from "@lookonce/config";
import type { DetectOptions } from "@lookonce/yolo";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { refuse } from "../errors/refuse.ts";
import { whenGone, whenUnwanted } from "../routes/detect-images.ts";
import { formFault, readPredictBody, validateAgainst } from "../routes/read-predict-body.ts";
import { refusals } from "../schemas/error-schema.ts";
import { clientOf } from "../security/body-budget.ts";
import type { ServiceParts } from "../service-parts.ts";
import { readVideo } from "./read-video.ts";
import {
  framesAnswerSchema,
  sessionSchema,
  sessionViewSchema,
  trackedFrameSchema,
  trackParameterOptions,
} from "./track-schemas.ts";
import type { FramesAnswer, SessionView, TrackedFrame, TrackSession } from "./track-session.ts";
import { type SessionRequest, TrackSessions } from "./track-sessions.ts";
import { trackVideo, type VideoTracks } from "./track-video.ts";

/** Videos that are tracked at a time. */
const maxVideos = 2;

/** The body that opens a session. */
interface SessionBody {
  model?: string;
  imgsz?: number;
  nms?: boolean;
  tracker?: "bytetrack" | "botsort" | Partial<TrackerSettings>;
  zones?: object;
  trails?: number;
  [option: string]: unknown;
}

interface ById {
  Params: { id: string };
}

const byId = {
  type: "object",
  properties: { id: { type: "string", maxLength: 100, description: "Of POST /v1/track/sessions" } },
} as const;

/** `/v1/track`: identities of objects from frame to frame, in uploaded videos and in sessions of frames. */
export function trackRoutes(app: FastifyInstance, parts: ServiceParts): TrackSessions {
  const sessions = new TrackSessions(parts);
  app.addHook("onClose", async () => sessions.stop());
  sessionRoutes(app, parts, sessions);
  framesRoute(app, parts, sessions);
  videoRoute(app, parts, sessions);
  return sessions;
}

function sessionRoutes(app: FastifyInstance, { settings }: ServiceParts, sessions: TrackSessions): void {
  const tags = ["track"];
  const view = (session: TrackSession): SessionView => session.view(settings.sessionTimeout);
  const body = sessionSchema(settings);
  app.post<{ Body: SessionBody }>(
    "/v1/track/sessions",
    {
      schema: {
        ...{ tags, operationId: "openSession", summary: "Opens a session, whose frames are tracked", body },
        response: { 201: { description: "The session", ...sessionViewSchema }, ...refusals },
      },
      config: { isPrediction: true },
    },
    async (request, reply) => {
      const session = await sessions.open(requestOf(request.body, clientOf(request), settings));
      return reply.code(201).header("location", `/v1/track/sessions/${session.id}`).send(view(session));
    },
  );
  const listSchema = { type: "object", properties: { sessions: { type: "array", items: sessionViewSchema } } };
  app.get(
    "/v1/track/sessions",
    {
      schema: {
        tags,
        operationId: "listSessions",
        summary: "Lists sessions",
        response: { 200: listSchema, ...refusals },
      },
    },
    async () => ({ sessions: sessions.list().map(view) }),
  );
  app.get<ById>(
    "/v1/track/sessions/:id",
    {
      schema: {
        ...{ tags, operationId: "describeSession", summary: "What a session has counted", params: byId },
        response: { 200: sessionViewSchema, ...refusals },
      },
      config: { isPrediction: true },
    },
    async ({ params }) => view(sessions.find(params.id)),
  );
  app.delete<ById>(
    "/v1/track/sessions/:id",
    {
      schema: {
        ...{ tags, operationId: "endSession", summary: "Ends a session", params: byId },
        response: { 204: { type: "null", description: "Ended" }, ...refusals },
      },
      config: { isPrediction: true },
    },
    async ({ params }, reply) => {
      sessions.end(params.id);
      return reply.code(204).send();
    },
  );
}

function framesRoute(app: FastifyInstance, { settings }: ServiceParts, sessions: TrackSessions): void {
  const { maxBody, maxImages } = settings;
  const frameNumber = {
    type: "integer",
    minimum: 0,
    description: "Number of the first frame, where some are missing; it must rise",
  };
  const parameters = { type: "object", additionalProperties: false, properties: { frame: frameNumber } };
  const images = { type: "array", minItems: 1, maxItems: maxImages, items: { type: "string" } };
  const json = { ...parameters, required: ["images"], properties: { images, frame: frameNumber } };
  const binary = { type: "string", format: "binary" } as const;
  const bodies = {
    "image/*": { schema: binary },
    "multipart/form-data": {
      schema: { type: "object", properties: { image: { type: "array", items: binary }, frame: frameNumber } },
    },
    "application/json": { schema: json },
  };
  app.post<ById>(
    "/v1/track/sessions/:id/frames",
    {
      bodyLimit: maxBody,
      schema: {
        ...{
          tags: ["track"],
          operationId: "trackFrames",
          summary: "Tracks the next frames of a session",
          params: byId,
        },
        description: "One image or several, in their order, sent as to /v1/predict.",
        querystring: { type: "object", properties: {}, additionalProperties: true },
        response: { 200: { description: "The frames' objects", ...framesAnswerSchema }, ...refusals },
      },
      config: { isPrediction: true, bodies, parameters },
    },
    async (request, reply): Promise<FramesAnswer> => {
      const session = sessions.find(request.params.id);
      const body = await readPredictBody(request, { parameters, json, maxBody, maxImages });
      const signal = whenUnwanted(reply, settings.timeout);
      const first = body.parameters.frame as number | undefined;
      const frames: TrackedFrame[] = [];
      for (const [i, image] of body.images.entries()) {
        frames.push(await session.track(image, { signal, frame: first === undefined ? undefined : first + i }));
      }
      const queue_ms = frames.reduce((total, { waited }) => total + waited, 0);
      return { session: session.id, frames: frames.map(({ tracks }) => tracks), queue_ms, total_ms: reply.elapsedTime };
    },
  );
}

function videoRoute(app: FastifyInstance, { settings }: ServiceParts, sessions: TrackSessions): void {
  const { maxBody } = settings;
  const json = sessionSchema(settings);
  const binary = { type: "string", format: "binary" } as const;
  const session = {
    type: "string",
    maxLength: 100,
    description: "Continues a session: identities and counts are kept",
  };
  const options = { type: "string", description: "What POST /v1/track/sessions accepts, as JSON" };
  const form = { type: "object", required: ["video"], properties: { video: binary, options, session } };
  const parameters = { type: "object", additionalProperties: false, properties: { options, session } };
  app.addContentTypeParser(/^video\//, { parseAs: "buffer", bodyLimit: maxBody }, (_request, body, done) =>
    done(null, body),
  );
  let running = 0;
  app.post(
    "/v1/track",
    {
      bodyLimit: maxBody,
      schema: {
        ...{
          tags: ["track"],
          operationId: "trackVideo",
          summary: "Tracks the objects of a video",
          querystring: parameters,
        },
        description:
          "Answers with a line of JSON for each frame as it is tracked, and a last line with `done`, or `error` where a frame failed. Needs ffmpeg.",
        response: {
          200: {
            description: "The frames' objects, and what was counted",
            content: { "application/x-ndjson": { schema: trackedFrameSchema } },
          },
          ...refusals,
        },
      },
      config: {
        isPrediction: true,
        bodies: { "multipart/form-data": { schema: form }, "video/*": { schema: binary } },
      },
    },
    async (request, reply) => {
      if (running >= maxVideos) {
        const message = `${maxVideos} videos are being tracked, which is the most there may be at a time; try again in 5 seconds.`;
        throw new HttpError(503, "BUSY", message, { retryAfter: 5 });
      }
      running++;
      reply.raw.once("close", () => running--);
      const sent = await readVideo(request, maxBody).catch((error: unknown) => {
        throw formFault(error, { maxBody });
      });
      const gone = whenGone(reply);
      const continued = sent.session === undefined ? undefined : sessions.find(sent.session);
      const used =
        continued ??
        (await sessions.open(requestOf(parsedOptions(request, sent.options, json), clientOf(request), settings)));
      const leave = (): void => {
        if (continued === undefined && sessions.list().includes(used)) sessions.end(used.id);
      };
      const frames = trackVideo(sent.file, used, { settings, gone });
      try {
        // What is wrong with the video itself is still a refusal
        const first = await frames.next();
        const lines = Readable.from(linesOf(first, frames, { view: () => used.view(settings.sessionTimeout), leave }));
        return reply.type("application/x-ndjson; charset=utf-8").send(lines);
      } catch (error) {
        leave();
        throw error;
      }
    },
  );
}

/** A line for each frame, and a last one. */
async function* linesOf(
  first: IteratorResult<VideoTracks, void>,
  frames: AsyncGenerator<VideoTracks, void, undefined>,
  { view, leave }: { view: () => SessionView; leave: () => void },
): AsyncGenerator<string, void, undefined> {
  try {
    for (let next = first; !next.done; next = await frames.next()) yield `${JSON.stringify(next.value)}\n`;
    const { frames: count, counts } = view();
    yield `${JSON.stringify({ done: true, frames: count, ...(counts && { counts }) })}\n`;
  } catch (error) {
    const { code, message } = refuse(error);
    yield `${JSON.stringify({ error: { code, message } })}\n`;
  } finally {
    await frames.return();
    leave();
  }
}

function parsedOptions(request: FastifyRequest, text: string | undefined, schema: object): SessionBody {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new HttpError(400, "BAD_JSON", "The field options is not valid JSON.", { cause });
  }
  validateAgainst(request, value, { schema, part: "body" });
  return value as SessionBody;
}

function requestOf(body: SessionBody, client: string, settings: ServiceParts["settings"]): SessionRequest {
  const { model, imgsz, nms = settings.nms, tracker = "botsort", zones, trails = 0, ...thresholds } = body;
  const { conf } = withDefaults("track", {});
  const options = { conf, ...libraryValues(trackParameterOptions(settings), thresholds) } as DetectOptions;
  return {
    ...{ client, model, imgsz, nms, options, trails },
    tracker: typeof tracker === "string" ? { tracker_type: tracker } : tracker,
    ...(zones === undefined ? {} : { zones }),
  };
}
