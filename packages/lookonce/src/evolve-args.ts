import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { writeWholeSync } from "@lookonce/files";
import type { TrainOptions } from "./options.ts";

/** What an evolution was told, kept with it so that it can go on. */
export interface EvolveArgs {
  model: string;
  data: string;
  generations: number;
  /** Settings of its trainings. */
  train: Omit<
    TrainOptions,
    "resume" | "plots" | "tensorboard" | "data" | "callbacks" | "signal" | "transforms" | "workers" | "cache"
  >;
}

const fileName = "evolve.json";

/**
 * Keeps what an evolution was told in its folder.
 *
 * @throws LookonceError `ARGUMENT` when an evolution with other settings lies there
 */
export function writeEvolveArgs(directory: string, args: EvolveArgs): void {
  const file = join(directory, fileName);
  if (existsSync(file)) {
    const { generations: _before, ...before } = read(file);
    const { generations: _now, ...now } = JSON.parse(JSON.stringify(args)) as EvolveArgs;
    if (JSON.stringify(before) !== JSON.stringify(now)) {
      throw new LookonceError(
        "ARGUMENT",
        `${directory} holds an evolution with other settings: give another name, or resume to go on with that one.`,
      );
    }
  }
  writeWholeSync(file, `${JSON.stringify(args, undefined, 2)}\n`);
}

/**
 * What the evolution in a folder was told.
 *
 * @param generations in place of the number it was told
 * @throws LookonceError `NOT_FOUND` when there is none, `FORMAT` when the file is damaged
 */
export function readEvolveArgs(directory: string, generations?: number): EvolveArgs {
  const file = join(directory, fileName);
  if (!existsSync(file)) {
    throw new LookonceError("NOT_FOUND", `there is no evolution to go on with in ${directory}: it has no ${fileName}.`);
  }
  const args = read(file);
  return generations === undefined ? args : { ...args, generations };
}

function read(file: string): EvolveArgs {
  try {
    const args = JSON.parse(readFileSync(file, "utf8")) as EvolveArgs;
    if (typeof args.model === "string" && typeof args.data === "string" && typeof args.train === "object") return args;
  } catch (cause) {
    throw new LookonceError("FORMAT", `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  throw new LookonceError("FORMAT", `${file} does not tell what an evolution needs: model, data and train.`);
}
