import createFetchClient, { type Client } from "openapi-fetch";
import type { operations, paths } from "./generated/api.ts";

export type { components, operations, paths } from "./generated/api.ts";

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** Address of the service. Default `http://127.0.0.1:8080`. */
  baseUrl?: string;
  /** API key, as in `LOOKONCE_KEY` of the service. Default: none. */
  key?: string;
  /** In place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/** Parameters of a prediction, with the names that `lookonce predict` has. */
export type PredictParameters = NonNullable<operations["predict"]["parameters"]["query"]>;

/** What was found, image by image. */
export type PredictAnswer = operations["predict"]["responses"][200]["content"]["application/json"];

/** A client whose `GET`, `POST` and `DELETE` know the paths, parameters and answers of the service. */
export interface LookonceClient extends Client<paths> {
  /**
   * Finds objects in images: `POST /v1/predict` with a form.
   *
   * @param images files of images, such as `new Blob([await readFile("bus.jpg")])`
   * @throws ServiceError when the service refuses them
   */
  predict(images: Blob | readonly Blob[], parameters?: PredictParameters): Promise<PredictAnswer>;
}

/** Why the service refused a request. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  /** Status of HTTP. */
  readonly status: number;
  /** For programs, such as `ARGUMENT`; absent where something before the service answered. */
  readonly code: string | undefined;

  constructor(status: number, { code, message }: { code?: string | undefined; message: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Makes a client of the service at an address. */
export function createClient({ baseUrl = "http://127.0.0.1:8080", key, fetch }: ClientOptions = {}): LookonceClient {
  const client = createFetchClient<paths>({
    baseUrl,
    ...(fetch === undefined ? {} : { fetch }),
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
  });
  return Object.assign(client, {
    async predict(images: Blob | readonly Blob[], parameters: PredictParameters = {}): Promise<PredictAnswer> {
      const body = { ...parameters, image: images instanceof Blob ? [images] : [...images] };
      const { data, error, response } = await client.POST("/v1/predict", { body, bodySerializer: formOf });
      if (data === undefined) throw refused(response, error);
      return data;
    },
  });
}

/** An object as a form: lists of files as several fields of one name, other lists with commas between. */
function formOf(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    const files = [value].flat().filter((each) => each instanceof Blob);
    for (const file of files) form.append(name, file);
    if (files.length === 0 && value !== undefined) form.append(name, String(value));
  }
  return form;
}

function refused({ status, statusText }: Response, answer: unknown): ServiceError {
  const { error } = (answer ?? {}) as { error?: { code: string; message: string } };
  return new ServiceError(status, error ?? { message: `the service answered ${status} ${statusText}` });
}
