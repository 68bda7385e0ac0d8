import type { CommandValues } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { TrainCallbacks, TrainOptions, YOLO } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { requireStart } from "../options/parse.ts";
import { ownProgram } from "../own-program.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";
import { runEvolution } from "./run-evolution.ts";
import { scoresTable } from "./scores-table.ts";

/** `lookonce train`: teaches a model a data set. */
export const train: CommandWork = work("train", {
  examples: [
    "lookonce train model=yolov8n.pt data=coco128.yaml epochs=3 imgsz=320",
    "lookonce train model=yolov8n.yaml data=my-images.yaml epochs=100 batch=8 device=auto",
    "lookonce train model=yolov8n.pt data=my-images.yaml ranks=4 sync_bn=true",
    "lookonce train resume=runs/train/weights/last.safetensors",
  ],
  async run(values, terminal, args) {
    const { evolve: generations } = values;
    if (generations !== undefined) {
      const { plots: _plots, tensorboard: _tensorboard, resumeChanged: _changed, ...given } = args;
      // Trainings of an evolution have one rank each
      const { ranks: _ranks, syncBn: _syncBn, rankTimeout: _timeout, halfGradients: _half, ...settings } = given;
      return runEvolution({ ...values, generations, args: settings }, terminal);
    }
    const { launchedBy } = await import("@lookonce/distributed");
    if (values.ranks > 1 && launchedBy() === undefined) return startRanks(values.ranks, terminal);
    const { leaveRanks, withRanks } = await import("@lookonce/yolo");
    const { stderr } = terminal;
    return withRanks(
      args,
      (communicator) => {
        if (communicator !== undefined && communicator.rank > 0) terminal.silence();
        return runTraining(values, terminal, communicator === undefined ? args : { ...args, communicator });
      },
      (line) => stderr.write(`${line}\n`),
    ).finally(leaveRanks);
  },
});

/** Runs this command on several ranks, the first of which reports. */
async function startRanks(ranks: number, terminal: Terminal): Promise<object> {
  const { launchRanks } = await import("@lookonce/distributed");
  const command = [...ownProgram(), ...process.argv.slice(2)];
  const signal = terminal.catchInterrupt();
  const code = await launchRanks({ ranks, command, signal, env: terminal.env });
  terminal.silence();
  if (code === 0) return {};
  throw new LookonceError(code === 1 ? "ARGUMENT" : "LOST", `the ranks ended with exit code ${code}`);
}

/** Trains, alone or as one of several ranks, and reports it. */
async function runTraining(values: CommandValues["train"], terminal: Terminal, args: TrainOptions): Promise<object> {
  const { progress } = await import("@lookonce/yolo");
  const isFirst = (args.communicator?.rank ?? 0) === 0;
  const logged = isFirst ? await loggedTo(values, terminal) : [];
  const model = await start(values, terminal);
  const signal = terminal.catchInterrupt();
  const report = await model.train({
    ...args,
    resume: values.resume !== undefined,
    callbacks: [
      ...(isFirst ? [await progress(terminal.stderr)] : []),
      ...(await measured(values, terminal)),
      ...logged,
    ],
    ...(signal && { signal }),
  });
  const { validation } = report;
  const { map50 = null, map50_95 = null } = validation ?? {};
  if (report.interrupted) {
    terminal.warn(`stopped after ${report.epochs} epochs; to go on: lookonce train resume=${report.last}`);
  }
  if (validation !== undefined) terminal.say(...scoresTable(validation));
  terminal.say(`saved in ${report.directory}; the best weights are ${report.best}`);
  await model.dispose();
  const { directory: dir, epochs: done, seconds, losses, unreadable, communication } = report;
  return {
    ...{ dir, epochs: done, seconds, losses, map50, map50_95 },
    ...{ ...(unreadable && { unreadable }), ...(communication && { communication }) },
  };
}

/** What measures the training, where that is asked for. */
async function measured({ metrics }: CommandValues["train"], terminal: Terminal): Promise<TrainCallbacks[]> {
  if (metrics === undefined) return [];
  const { trainingMetrics } = await import("@lookonce/telemetry");
  return [trainingMetrics({ address: metrics, onListen: (url) => terminal.note(`measurements at ${url}/metrics`) })];
}

/** What logs the training to MLflow, where that is asked for; other settings stand where MLflow's own programs look for them. */
async function loggedTo({ mlflow }: CommandValues["train"], terminal: Terminal): Promise<TrainCallbacks[]> {
  if (mlflow === undefined || mlflow === "false") return [];
  const { mlflowLogger } = await import("@lookonce/yolo");
  const { env } = terminal;
  const uri = mlflow === "true" ? env.MLFLOW_TRACKING_URI : mlflow;
  if (uri === undefined) {
    throw new LookonceError(
      "ARGUMENT",
      "mlflow needs the address of a tracking server: mlflow=http://127.0.0.1:5000, or MLFLOW_TRACKING_URI.",
    );
  }
  const options = {
    uri,
    experiment: env.MLFLOW_EXPERIMENT_NAME,
    run: env.MLFLOW_RUN ?? env.MLFLOW_RUN_NAME,
    runId: env.MLFLOW_RUN_ID,
    username: env.MLFLOW_TRACKING_USERNAME,
    password: env.MLFLOW_TRACKING_PASSWORD,
    token: env.MLFLOW_TRACKING_TOKEN,
  };
  return [await mlflowLogger({ ...options, onNotice: (notice) => terminal.warn(notice) })];
}

/** The model to train, or the one whose training is resumed. */
async function start(values: CommandValues["train"], terminal: Terminal): Promise<YOLO> {
  const { resume, project } = values;
  if (resume !== undefined) {
    const { newestTraining } = await import("@lookonce/yolo");
    const file = resume === "true" ? newestTraining(project) : resume;
    terminal.note(`resuming ${file}`);
    return loadModel({ ...values, model: file }, terminal);
  }
  const example = "lookonce train model=yolov8n.pt data=coco128.yaml epochs=3";
  const { model } = requireStart(values, { name: "train", example });
  return loadModel({ ...values, model }, terminal);
}
