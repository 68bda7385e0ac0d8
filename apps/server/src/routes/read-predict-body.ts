import type {} from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { validationSentence } from "../errors/validation-sentence.ts";
import type { SentImage } from "../images/admit-image.ts";
import { tooLarge } from "../security/body-budget.ts";

/** Parameters of a prediction, validated, as they are written in requests. */
interface PredictParameters {
  model?: string;
  imgsz?: number;
  nms?: boolean;
  [option: string]: unknown;
}

export interface PredictBody {
  images: SentImage[];
  parameters: PredictParameters;
}

/** What bodies may contain: schemas of parameters in an address or a form, whose values are texts, and of JSON. */
interface BodyRules {
  parameters: object;
  json: object;
  maxImages: number;
  maxBody: number;
}

const howTo =
  'Send an image: as the body with its Content-Type (image/jpeg, …), as the form field "image", or as JSON {"images": [base64, …]}.';

/**
 * The images and parameters of a request, from a form, JSON or an image as the body. Parameters may always be given in
 * the address; those in the body come first.
 *
 * @throws HttpError 400, 413 or 415, saying what is wrong
 */
export async function readPredictBody(request: FastifyRequest, rules: BodyRules): Promise<PredictBody> {
  const query = textParameters(request, request.query as Record<string, unknown>, rules);
  const body = await readBody(request, rules);
  if (body.images.length === 0) throw new HttpError(400, "NO_BODY", howTo);
  return { images: body.images, parameters: { ...query, ...body.parameters } };
}

async function readBody(request: FastifyRequest, rules: BodyRules): Promise<PredictBody> {
  if (request.isMultipart()) {
    try {
      return await Promise.race([readForm(request, rules), request.watchBody()]);
    } catch (error) {
      throw formFault(error, rules);
    }
  }
  const { body } = request;
  if (body instanceof Uint8Array) {
    return { images: body.length === 0 ? [] : [{ name: "The image", file: body }], parameters: {} };
  }
  if (body === undefined || body === null) return { images: [], parameters: {} };
  validateAgainst(request, body, { schema: rules.json, part: "body" });
  const { images: texts, ...parameters } = body as { images: string[] } & PredictParameters;
  const images = texts.map((text, i) => ({ name: nameOf(i, texts.length), file: decodeBase64(text, i) }));
  return { images, parameters };
}

async function readForm(request: FastifyRequest, rules: BodyRules): Promise<PredictBody> {
  const { maxImages, maxBody } = rules;
  const files: Uint8Array[] = [];
  const fields: Record<string, unknown> = {};
  const limits = { files: maxImages + 1, fileSize: maxBody, fields: 20, fieldSize: 10_000, headerPairs: 50 };
  for await (const part of request.parts({ limits })) {
    if (part.type === "field") {
      fields[part.fieldname] = part.value;
      continue;
    }
    if (part.fieldname !== "image") {
      const message = `An image came as the form field "${part.fieldname}"; it is called "image".`;
      throw new HttpError(400, "ARGUMENT", message);
    }
    const file = await part.toBuffer();
    if (files.push(file) > maxImages) {
      throw new HttpError(413, "TOO_MANY", `A request may contain ${maxImages} images.`);
    }
  }
  if (typeof fields.image === "string") {
    const message = 'The form field "image" contains text: send it as a file (curl: -F image=@image.jpg).';
    throw new HttpError(400, "ARGUMENT", message);
  }
  const images = files.map((file, i) => ({ name: nameOf(i, files.length), file }));
  return { images, parameters: textParameters(request, fields, rules) };
}

/** The parser of forms throws errors of its own, most of them without a status. */
export function formFault(error: unknown, { maxBody }: Pick<BodyRules, "maxBody">): unknown {
  if (error instanceof HttpError) return error;
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode === 413) return tooLarge(maxBody);
  if (!/multipart|boundary|header|field/i.test(message)) return error;
  const reason = message.replace(/^Multipart: /, "");
  return new HttpError(400, "BAD_FORM", `The form in the request's body is damaged: ${reason}.`, { cause: error });
}

/** Parameters whose values are texts. */
function textParameters(
  request: FastifyRequest,
  given: Readonly<Record<string, unknown>>,
  { parameters }: BodyRules,
): PredictParameters {
  const { classes } = given;
  const list = typeof classes === "string" ? { classes: classes.replace(/^\[(.*)\]$/, "$1").split(",") } : {};
  const values: Record<string, unknown> = { ...given, ...list };
  validateAgainst(request, values, { schema: parameters, part: "querystring" });
  return values;
}

/** Validates a value against a schema; texts in a query string become what the schema wants. */
export function validateAgainst(
  request: FastifyRequest,
  value: unknown,
  { schema, part }: { schema: object; part: "body" | "querystring" },
): void {
  const validate = request.getValidationFunction(schema) ?? request.compileValidationSchema(schema, part);
  if (validate(value)) return;
  const message = validationSentence(validate.errors ?? [], part === "body" ? part : "parameters");
  throw new HttpError(400, "ARGUMENT", message);
}

/** Base64 or base64url, on its own or in a `data:` address. */
function decodeBase64(text: string, index: number): Uint8Array {
  const base64 = text.replace(/^data:[^,]{0,200};base64,/, "");
  if (/^[A-Za-z0-9+/_\s-]*={0,2}\s*$/.test(base64)) return Buffer.from(base64, "base64");
  throw new HttpError(400, "ARGUMENT", `"images[${index}]" is not base64.`);
}

function nameOf(index: number, count: number): string {
  return count === 1 ? "The image" : `Image ${index + 1} of ${count}`;
}
