import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type CommandValues, libraryValues } from "@lookonce/config";
import type { RunEnd } from "@lookonce/distributed";
import { LookonceError } from "@lookonce/errors";
import { type Command, type CommandWork, optionsOf, work } from "../command.ts";
import { readValues } from "../options/read-values.ts";
import { UsageError } from "../options/usage-error.ts";
import { ownProgram } from "../own-program.ts";
import type { Terminal } from "../terminal/terminal.ts";

const example = "lookonce launch ranks=2 -- train model=yolov8n.pt data=coco128.yaml epochs=3";

/** `lookonce launch`: starts a training on several ranks, again when some were lost. */
export function launch(commands: () => readonly Command[]): CommandWork {
  return work("launch", {
    examples: [
      example,
      "lookonce launch ranks=4 hosts=node1:2,node2:2 restarts=5 -- train model=yolov8n.pt data=/shared/images.yaml",
      "lookonce launch launcher=srun -- train model=yolov8n.pt data=/shared/images.yaml",
    ],
    startsCommand: true,
    async run({ ranks, restarts, restartDelay, hosts, launcher }, terminal, _args, started) {
      const training = await prepare(started, commands(), terminal);
      const { keepRunning, LaunchNotes, launchRanks } = await import("@lookonce/distributed");
      const notes = new LaunchNotes(join(training.directory, ".launch"));
      const signal = terminal.catchInterrupt();
      const ended = keepRunning({
        restarts,
        delay: restartDelay,
        signal,
        log: (line) => terminal.warn(line),
        async start(attempt) {
          const args = await nextArguments(training, attempt);
          if (args === undefined) return { exitCode: 0, isMistake: false };
          const command = [...ownProgram(), "train", ...args];
          const options = { ranks, hosts, launcher, signal, command, notes, env: terminal.env };
          const exitCode = await launchRanks(options);
          // What could not even start the first time is not set up
          return { exitCode, isMistake: notes.has("mistake") || (attempt === 0 && !notes.has("started")) };
        },
      });
      const end = await ended.finally(() => notes.remove());
      if (end.exitCode === 0 || signal?.aborted) return { dir: training.directory, restarts: end.restarts };
      throw failure(end, training);
    },
  });
}

/** A training, and how its ranks are started. */
interface Training {
  directory: string;
  /** The checkpoint to resume, once it is there. */
  last: string;
  /** Arguments of the first start. */
  args: readonly string[];
}

/** Reads the training's options, for its mistakes and for its folder, which all starts share. */
async function prepare(
  started: readonly string[],
  commands: readonly Command[],
  terminal: Terminal,
): Promise<Training> {
  const [name, ...args] = started;
  const train = commands.find((command) => command.name === "train");
  if (name !== "train" || train === undefined) throw new UsageError(`launch starts a training: ${example}`);
  const read = readValues(args, train, { commands, note: (line) => terminal.note(line) });
  // Read by the schema that the types are generated from
  const values = libraryValues(optionsOf(train), read) as unknown as CommandValues["train"];
  const { project, name: run, resume, evolve, existOk } = values;
  if (evolve !== undefined) throw new UsageError("launch starts one training, not the many of evolve");
  const { canResume, makeRunDirectory, newestTraining } = await import("@lookonce/yolo");
  if (resume !== undefined) {
    const last = resume === "true" ? newestTraining(project) : resume;
    return { directory: dirname(dirname(last)), last, args: [...args, `resume=${last}`] };
  }
  const last = lastOf(join(project, run));
  if (run !== train.options.name?.default && existsSync(last) && (await canResume(last))) {
    terminal.note(`resuming ${last}, a training that did not come to its end, with the settings that it has`);
    return { directory: join(project, run), last, args: [...args, `resume=${last}`] };
  }
  const directory = await makeRunDirectory(join(project, run), { reuse: existOk });
  const place = [`project=${dirname(directory)}`, `name=${basename(directory)}`, "exist_ok=true"];
  return { directory, last: lastOf(directory), args: [...args, ...place] };
}

function lastOf(directory: string): string {
  return join(directory, "weights", "last.safetensors");
}

/** The arguments of a start, `undefined` when the training has come to its end. */
async function nextArguments({ last, args }: Training, attempt: number): Promise<readonly string[] | undefined> {
  if (attempt === 0 || !existsSync(last)) return args;
  const { canResume } = await import("@lookonce/yolo");
  return (await canResume(last)) ? [...args, `resume=${last}`] : undefined;
}

function failure({ exitCode, isMistake, restarts }: RunEnd & { restarts: number }, { last }: Training): LookonceError {
  if (isMistake) {
    return new LookonceError(
      "ARGUMENT",
      `the training ended with a mistake, which a restart would repeat (exit code ${exitCode}): see above`,
    );
  }
  const resume = existsSync(last) ? ` To go on: lookonce launch … -- train resume=${last}` : "";
  return new LookonceError(
    "LOST",
    `ranks were lost again after ${restarts} restarts (exit code ${exitCode}).${resume}`,
  );
}
