import { computePart, type Job, type JobEvent, type JobKind, type PartRecord, type Runner } from "@lookonce/queue";
import { readWorkerData, serveTasks } from "@lookonce/worker-pool";
import type { PlaceOptions } from "../place.ts";
import { LoadedModels } from "./loaded-models.ts";
import { runPredictJob } from "./predict-job.ts";
import { runTrialJob } from "./trial-job.ts";
import { LoadedValidation, runValJob } from "./val-job.ts";

// The program of a worker's processes: what blocks here, as ONNX Runtime does, does not keep its worker from renewing locks.

/** What a worker passes to its processes. */
export interface ProcessData {
  worker: string;
  place: PlaceOptions;
  /** Where what was fetched is kept. */
  cache: string;
  /** Modules whose default export is the `Runner` of a kind, by kinds. */
  runners: Partial<Record<JobKind, string>>;
}

/** The tasks of the program. */
export interface ProcessTasks {
  compute: { request: { job: Job }; response: PartRecord };
  /** Stops the job that is being computed. */
  stop: { request: { reason: string }; response: undefined };
}

const { worker, place, cache, runners } = await readWorkerData<ProcessData>();
const models = new LoadedModels(place);
const validation = new LoadedValidation(place);
/** Of the job that is being computed. */
let control = new AbortController();

const own: Partial<Record<JobKind, Runner>> = {
  predict: (job, context) => runPredictJob(job, models, context),
  val: (job, context) => runValJob(job, validation, context),
  trial: (job, context) => runTrialJob(job, place, context),
};

async function runnerOf(kind: JobKind): Promise<Runner> {
  const found = own[kind];
  if (found !== undefined) return found;
  const address = runners[kind];
  if (address === undefined) throw new Error(`this worker has nothing for jobs of the kind ${kind}`);
  return ((await import(address)) as { default: Runner }).default;
}

serveTasks<ProcessTasks>(
  {
    async compute({ job }, context) {
      control = new AbortController();
      const report = (event: JobEvent): void => context.report(event);
      return computePart(job, {
        ...{ runner: await runnerOf(job.kind), worker, cache, place, signal: control.signal },
        progress: (progress) => report({ type: "progress", progress }),
        log: (line) => report({ type: "log", line }),
        send: (message) => report({ type: "message", message }),
      });
    },
    async stop({ reason }) {
      control.abort(reason);
      return undefined;
    },
  },
  { concurrent: true },
);
