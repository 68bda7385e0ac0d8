import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { LookonceError } from "@lookonce/errors";

/** A model that a service begins with. */
export interface StartModel {
  file: string;
  /** Name in requests (default: the file's name without its ending). */
  id?: string;
}

/** Settings of a service; only apps fill them from command lines and the environment. */
export interface ServerSettings {
  /** Models to begin with; the first is the one that requests mean that name none. */
  models?: readonly (string | StartModel)[];
  /** Folders that further models may be loaded from (default none). */
  modelRoots?: readonly string[];
  /** Folders that data set files are taken from (default none). */
  dataRoots?: readonly string[];
  /** Folder of runs: jobs write to it, and models may be loaded from it (default `runs`). */
  runsRoot?: string;
  /** File in which jobs are kept (default `jobs.sqlite` in the folder of runs). */
  database?: string;
  /** Address to listen on (default `127.0.0.1`, which only programs of the same machine reach). */
  host?: string;
  /** Port to listen on (default 8080; 0 selects a free one). */
  port?: number;
  /** API key that requests must carry, or `sha256:` and its hash in hex. Needed where others reach the service. */
  key?: string;
  /** Origins of other web pages that may use the service, such as `https://example.com` (default none). */
  cors?: readonly string[];
  /** Further names that the service is reached by; without a key no others are answered (default none). */
  hosts?: readonly string[];
  /** Addresses of proxies whose `X-Forwarded-For` is believed (default none). */
  proxies?: readonly string[];
  /** Inference workers (default: one for every two processor cores, at most 4; one on a GPU). */
  workers?: number;
  /** Threads of ONNX Runtime in a worker (default: the cores shared out among the workers). */
  threads?: number;
  /** Where to compute (default `cpu`). */
  device?: "auto" | "cpu" | "webgpu" | "cuda";
  /** Most images in a batch of the network (default 4). */
  batch?: number;
  /** Milliseconds that an image may wait for others to join it while the workers have something to do (default 2). */
  window?: number;
  /** Most images that wait; more are refused with 503 (default 256). */
  queue?: number;
  /** Seconds after which a request is given up with 504 (default 30). */
  timeout?: number;
  /** Longer side that images are scaled to where a request does not say (default 640). */
  imgsz?: number;
  /** Largest `imgsz` that requests may ask for (default 1280). */
  maxImgsz?: number;
  /** Pad images only as far as the model's stride needs, as `predict` does, not to a square (default true). */
  rect?: boolean;
  /** Most bytes of a request's body (default 32 MiB). */
  maxBody?: number;
  /** Most pixels of an image, read from its header before it is decoded (default 50 million). */
  maxPixels?: number;
  /** Most images in a request (default 32). */
  maxImages?: number;
  /** Most models that are loaded at a time (default 8). */
  maxModels?: number;
  /** Most bytes of requests in memory at a time (default 512 MiB). */
  maxPending?: number;
  /** Most connections at a time (default 4096). */
  maxConnections?: number;
  /** Requests that one address may make in a minute (default 6000; 0 for any number). */
  rate?: number;
  /** Seconds that a client has to send a request's headers (default 15). */
  headersTimeout?: number;
  /** Seconds that a client has to send a whole request (default 60). */
  requestTimeout?: number;
  /** Seconds that work under way is given when the service is to stop (default 60). */
  grace?: number;
  /** What is logged, as lines of JSON on stderr: the service's own faults (default), every request, or nothing. */
  log?: "errors" | "requests" | "none";
  /** Folder of the built web page (default: the one that is shipped). */
  web?: string;
  /** Options of jobs that differ from their defaults. */
  jobs?: JobSettings;
}

/** How jobs run. */
export interface JobSettings {
  /** Jobs that run at a time (default 1). */
  concurrency?: number;
  /** Processor threads of a job (default: ONNX Runtime's choice, one a core); workers of inference go before them. */
  threads?: number;
  /** Seconds that a job which is asked to stop has to save itself (default 30). */
  grace?: number;
}

type Optional = "key" | "database" | "web" | "threads" | "jobs";

/** {@link ServerSettings} with the defaults filled in. */
export type FullSettings = Readonly<Required<Omit<ServerSettings, Optional>> & Pick<ServerSettings, Optional>>;

const mebibyte = 1024 * 1024;

/**
 * Fills in the defaults.
 *
 * One worker for every two cores: more of them process more images a second, fewer process one image faster and need
 * less memory.
 *
 * @throws LookonceError `ARGUMENT` for settings that cannot go together
 */
export function fillSettings(settings: ServerSettings): FullSettings {
  const cores = availableParallelism();
  const isCpu = settings.device === undefined || settings.device === "cpu";
  const { workers = isCpu ? Math.max(1, Math.min(4, Math.floor(cores / 2))) : 1 } = settings;
  const full: FullSettings = {
    ...{ models: [], modelRoots: [], dataRoots: [], runsRoot: "runs", host: "127.0.0.1", port: 8080 },
    ...{ cors: [], hosts: [], proxies: [], device: "cpu", batch: 4, window: 2, queue: 256, timeout: 30 },
    ...{ imgsz: 640, maxImgsz: 1280, rect: true, maxImages: 32, maxModels: 8, maxPixels: 50_000_000 },
    ...{ maxBody: 32 * mebibyte, maxPending: 512 * mebibyte, maxConnections: 4096, rate: 6000 },
    ...{ headersTimeout: 15, requestTimeout: 60, grace: 60, log: "errors" },
    threads: Math.max(1, Math.floor(cores / workers)),
    ...settings,
    workers,
  };
  requireSense(full);
  for (const folder of [...full.modelRoots, ...full.dataRoots]) requireFolder(folder);
  return full;
}

function requireSense({ imgsz, maxImgsz, queue, maxImages, maxBody, maxPending, cors, key }: FullSettings): void {
  if (imgsz > maxImgsz)
    throw argument(`imgsz ${imgsz} is larger than the largest that requests may ask for, ${maxImgsz}.`);
  if (maxImages > queue) throw argument(`a request may contain ${maxImages} images, but only ${queue} may wait.`);
  if (maxBody > maxPending) throw argument(`one request may be larger than all in memory together may be.`);
  for (const origin of cors) {
    if (origin === "*" && key !== undefined) continue;
    if (origin === "*") throw argument("cors=* lets every web page use the service: that needs an API key.");
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw argument(`cors=${origin} is no origin; one looks like https://example.com, without a path.`);
    }
  }
}

function requireFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  throw new LookonceError("NOT_FOUND", `there is no folder ${folder}, from which models or data sets are to be taken.`);
}

function argument(message: string): LookonceError {
  return new LookonceError("ARGUMENT", message);
}
