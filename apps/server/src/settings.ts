import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type ServeArgs, withDefaults } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { JobsOptions } from "./jobs/jobs-options.ts";

/** A model that a service begins with. */
export interface StartModel {
  file: string;
  /** Name in requests (default: the file's name without its ending). */
  id?: string;
}

/**
 * Settings of a service: the options of `serve`, and those that differ or are not on the command line. Only apps fill them
 * from command lines and the environment.
 */
export interface ServerSettings
  extends Omit<ServeArgs, "model" | "models" | "data" | "runs" | "maxBody" | "maxPixels"> {
  /** Models to load at the start; the first is used by requests that name none. */
  models?: readonly (string | StartModel)[];
  /** Folders that further models may be loaded from (default none). */
  modelRoots?: readonly string[];
  /** Folders that data set files are taken from (default none). */
  dataRoots?: readonly string[];
  /** Folder of runs: jobs write to it, and models may be loaded from it (default `runs`). */
  runsRoot?: string;
  /** File in which jobs are kept (default `jobs.sqlite` in the folder of runs). */
  database?: string;
  /** Maximum bytes of a request's body (default 32 MiB). */
  maxBody?: number;
  /** Maximum pixels of an image, read from its header before it is decoded (default 50 million). */
  maxPixels?: number;
  /** Most bytes of requests in memory at a time (default 512 MiB). */
  maxPending?: number;
  /** Most bytes of one address's requests in memory at a time (default a quarter of that, but no less than one request's). */
  maxClientPending?: number;
  /** Seconds in which 10 KiB of a body must arrive, after as many in which nothing need (default 10). */
  bodyWindow?: number;
  /** Most connections at a time (default 4096). */
  maxConnections?: number;
  /** Seconds that a client has to send a request's headers (default 15). */
  headersTimeout?: number;
  /** Seconds that a client has to send a whole request (default 60). */
  requestTimeout?: number;
  /** Folder of the built web page (default: the one that is shipped). */
  web?: string;
  /** Folder of the built studio (default: the one that is shipped). */
  studio?: string;
  /** Options of jobs that differ from their defaults. */
  jobs?: JobSettings;
}

/** How jobs run; workers of inference go before them. */
export type JobSettings = Pick<JobsOptions, "concurrency" | "threads" | "grace">;

type Optional =
  | "imgsz"
  | "key"
  | "predictKey"
  | "database"
  | "web"
  | "studio"
  | "threads"
  | "jobs"
  | "tracing"
  | "queue"
  | "storage";

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
  const { runs: runsRoot, maxBody, maxPixels, ...defaults } = withDefaults("serve", {});
  const { maxBody: largest = maxBody * mebibyte, maxPending = 512 * mebibyte } = settings;
  const full: FullSettings = {
    ...defaults,
    ...{ models: [], modelRoots: [], dataRoots: [], runsRoot, cors: [], hosts: [], proxies: [] },
    ...{
      maxBody: largest,
      maxPending,
      maxClientPending: Math.max(largest, maxPending / 4),
      maxPixels: maxPixels * 1e6,
      maxConnections: 4096,
    },
    ...{ headersTimeout: 15, requestTimeout: 60, bodyWindow: 10 },
    threads: Math.max(1, Math.floor(cores / workers)),
    ...settings,
    workers,
  };
  requireSense(full);
  for (const folder of [...full.modelRoots, ...full.dataRoots]) {
    if (existsSync(folder) && statSync(folder).isDirectory()) continue;
    throw new LookonceError(
      "NOT_FOUND",
      `there is no folder ${folder}, from which models or data sets are to be taken.`,
    );
  }
  return full;
}

function requireSense({
  queue,
  storage,
  imgsz,
  maxImgsz,
  maxWaiting,
  maxImages,
  maxBody,
  maxPending,
  cors,
  key,
  predictKey,
}: FullSettings): void {
  if (imgsz !== undefined && imgsz > maxImgsz)
    throw argument(`imgsz ${imgsz} is larger than the largest that requests may ask for, ${maxImgsz}.`);
  if (maxImages > maxWaiting)
    throw argument(`a request may contain ${maxImages} images, but only ${maxWaiting} may wait.`);
  if (maxBody > maxPending) throw argument(`one request may be larger than all in memory together may be.`);
  if (predictKey !== undefined && (key === undefined || key === predictKey)) {
    throw argument(
      "predict_key= is for those who may only predict: key= must be another one, for those who may do everything.",
    );
  }
  if ((queue === undefined) !== (storage === undefined)) {
    throw argument("queue= and storage= go together: workers of a queue find models and data in the storage.");
  }
  for (const origin of cors) {
    if (origin === "*" && key !== undefined) continue;
    if (origin === "*") throw argument("cors=* lets every web page use the service: that needs an API key.");
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw argument(`cors=${origin} is no origin; one looks like https://example.com, without a path.`);
    }
  }
}

function argument(message: string): LookonceError {
  return new LookonceError("ARGUMENT", message);
}
