import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance, InjectOptions } from "fastify";
import { createApp } from "../../../apps/server/src/app.ts";
import { mix, mutateBytes } from "../mutate/bytes.ts";
import { mutateJson } from "../mutate/json.ts";
import { mutateRequest, type Request } from "../mutate/request.ts";
import type { Target } from "../target.ts";
import { encoded } from "./images.ts";
import { type OpenApi, requestsOf } from "./requests.ts";

const model = `nc: 3
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [8, 3, 2]]
head:
  - [[0, 1], 1, Detect, [nc]]
`;

let app: FastifyInstance | undefined;

/** A service with a model, a data set and a run. Jobs wait for ever: trainings are not what is tried here. */
async function start(folder: string): Promise<FastifyInstance> {
  const [models, data, runs] = ["models", "data", "runs"].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [models, data, join(runs, "run")]) mkdirSync(path, { recursive: true });
  writeFileSync(join(models, "tiny.yaml"), model);
  writeFileSync(join(data, "set.yaml"), "train: images\nval: images\nnames: [a, b, c]\n");
  writeFileSync(join(runs, "run", "args.yaml"), "epochs: 3\n");
  writeFileSync(join(runs, "run", "results.csv"), "epoch,metrics/mAP50(B)\n1,0.5\n");
  return createApp({
    ...{ models: [join(models, "tiny.yaml")], modelRoots: [models], dataRoots: [data], runsRoot: runs },
    ...{ imgsz: 32, maxImgsz: 64, workers: 1, threads: 1, log: "none", rate: 0, jobs: { concurrency: 0 } },
  });
}

/** Sends a request, and checks that its answer is what the service documents. */
async function send(service: FastifyInstance, { method, url, headers, body }: Request): Promise<void> {
  const payload = Buffer.from(body, "latin1");
  const options = { method, url, headers, ...(payload.length > 0 && { payload }), payloadAsStream: true };
  const response = await service.inject(options as InjectOptions & { payloadAsStream: true });
  const { statusCode } = response;
  const stream = response.stream();
  // Events come as long as a job is not over
  const isOpen = String(response.headers["content-type"]).startsWith("text/event-stream");
  const parts: Buffer[] = [];
  if (isOpen) stream.destroy();
  else for await (const part of stream) parts.push(part);
  if (statusCode < 400 || method === "HEAD") return;
  const text = Buffer.concat(parts).toString();
  const where = `${statusCode} at ${method} ${url.split("?", 1)[0]?.slice(0, 60)}: ${text.slice(0, 200)}`;
  if (statusCode === 500) throw new Error(where);
  const { code, message } = JSON.parse(text).error ?? {};
  if (typeof code !== "string" || typeof message !== "string") throw new Error(`not the shape of errors: ${where}`);
}

/** The routes of the service, with requests made by its own description of them. */
export const service: Target = {
  file: "request.json",
  async seeds() {
    const { paths } = JSON.parse((await (app as FastifyInstance).inject("/openapi.json")).body) as OpenApi;
    return requestsOf(paths, await encoded("png")).map((request) => Buffer.from(JSON.stringify(request)));
  },
  mutate: mix(mutateRequest, mutateJson, mutateBytes),
  async prepare(folder) {
    app = await start(folder);
  },
  close: async () => app?.close(),
  async read(file) {
    let request: unknown;
    try {
      request = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      // No request any more
      return;
    }
    const sent = sendable(request);
    if (app !== undefined && sent !== undefined) await send(app, sent);
  },
};

/** What can come over a connection, of a document that was changed; `undefined` for what is no request. */
function sendable(document: unknown): Request | undefined {
  const { method, url, headers, body } = Object(document);
  const escaped = Buffer.from(printable(url))
    .toString("latin1")
    .replaceAll(/[^\x21-\x7e]/g, percent);
  const sent = Object.entries(Object(headers)).map(([name, value]) => [name, printable(value)] as const);
  const isRequest =
    methods.has(method) && escaped.startsWith("/") && URL.canParse(escaped, "http://localhost") && sent.every(isHeader);
  return isRequest ? { method, url: escaped, headers: Object.fromEntries(sent), body: printable(body) } : undefined;
}

const methods: ReadonlySet<unknown> = new Set(["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"]);

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;

const printable = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

/** Node refuses others itself. */
const isHeader = ([name, value]: readonly [string, string]): boolean =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && value.length < 8000;
