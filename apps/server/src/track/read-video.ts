import type {} from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { HttpError } from "../errors/http-error.ts";

/** What `POST /v1/track` was sent. */
export interface SentVideo {
  file: Uint8Array;
  /** What a session of its own is opened with, as JSON. */
  options: string | undefined;
  /** The session that is continued. */
  session: string | undefined;
}

const howTo = 'Send a video: as the form field "video", or as the body with its Content-Type (video/mp4, …).';

/**
 * The video of a request, with `options` and `session` from the form or the address.
 *
 * @throws HttpError 400, saying what is wrong
 */
export async function readVideo(request: FastifyRequest, maxBody: number): Promise<SentVideo> {
  const { options, session } = request.query as { options?: string; session?: string };
  if (!request.isMultipart()) {
    const { body } = request;
    const file = body instanceof Uint8Array ? body : new Uint8Array();
    if (file.length === 0) throw new HttpError(400, "NO_BODY", howTo);
    return { file, options, session };
  }
  return Promise.race([readForm(request, { options, session }, maxBody), request.watchBody()]);
}

async function readForm(
  request: FastifyRequest,
  given: Pick<SentVideo, "options" | "session">,
  maxBody: number,
): Promise<SentVideo> {
  let file: Uint8Array | undefined;
  const fields: Record<string, unknown> = {};
  const limits = { files: 1, fileSize: maxBody, fields: 4, fieldSize: 100_000, headerPairs: 50 };
  for await (const part of request.parts({ limits })) {
    if (part.type === "field") fields[part.fieldname] = part.value;
    else if (part.fieldname === "video") file = await part.toBuffer();
    else throw argument(`A file came as the form field "${part.fieldname}"; it is called "video".`);
  }
  const unknown = Object.keys(fields).find((name) => name !== "options" && name !== "session");
  if (unknown !== undefined) {
    throw argument(`There is no form field "${unknown}"; there are video, options (as JSON) and session.`);
  }
  if (file === undefined || file.length === 0) throw new HttpError(400, "NO_BODY", howTo);
  return { file, options: textOf(fields.options) ?? given.options, session: textOf(fields.session) ?? given.session };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function argument(message: string): HttpError {
  return new HttpError(400, "ARGUMENT", message);
}
