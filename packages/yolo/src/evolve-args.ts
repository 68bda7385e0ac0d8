import { LookonceError } from "@lookonce/errors";
import { existsSync, join, readFileSync, writeWholeSync } from "@lookonce/files";
import type { TrainOptions } from "./options.ts";

/** The settings of an evolution, saved with it so that it can be resumed. */
export interface SavedEvolution {
  model: string;
  data: string;
  generations: number;
  /** Generations with the same parents. Default 1. */
  offspring?: number;
  /** Settings of its trainings. */
  train: Omit<
    TrainOptions,
    | ("resume" | "resumeChanged" | "plots" | "tensorboard" | "data")
    | ("callbacks" | "signal" | "transforms" | "workers" | "cache")
  >;
}

const fileName = "evolve.json";

/** Writes an evolution's options into its folder; refuses one that has an evolution with other settings. */
export function writeEvolveArgs(directory: string, args: SavedEvolution): void {
  const file = join(directory, fileName);
  if (existsSync(file)) {
    const { generations: _before, ...before } = read(file);
    const { generations: _now, ...now } = JSON.parse(JSON.stringify(args)) as SavedEvolution;
    if (JSON.stringify(before) !== JSON.stringify(now)) {
      throw new LookonceError(
        "ARGUMENT",
        `${directory} has an evolution with other settings: choose another name, or resume that one.`,
      );
    }
  }
  writeWholeSync(file, `${JSON.stringify(args, undefined, 2)}\n`);
}

/** Reads the options of the evolution in a folder; `generations` replaces its number. */
export function readEvolveArgs(directory: string, generations?: number): SavedEvolution {
  const file = join(directory, fileName);
  if (!existsSync(file)) {
    throw new LookonceError("NOT_FOUND", `there is no evolution to resume in ${directory}: it has no ${fileName}.`);
  }
  const args = read(file);
  return generations === undefined ? args : { ...args, generations };
}

function read(file: string): SavedEvolution {
  try {
    const args = JSON.parse(readFileSync(file, "utf8")) as SavedEvolution;
    if (typeof args.model === "string" && typeof args.data === "string" && typeof args.train === "object") return args;
  } catch (cause) {
    throw new LookonceError("FORMAT", `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  throw new LookonceError("FORMAT", `${file} does not have what an evolution needs: model, data and train.`);
}
