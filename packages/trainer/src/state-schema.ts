import { LookonceError } from "@lookonce/errors";

/** What a field must be, for sentences, and whether a value is that. */
type Field = [expected: string, fits: (value: unknown) => boolean];

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isIn = (value: unknown, min: number, max: number): boolean => Number(value) >= min && Number(value) <= max;

const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER): Field => [
  max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
  (value) => Number.isSafeInteger(value) && isIn(value, min, max),
];
const number = (min: number, max: number = Number.MAX_VALUE): Field => [
  max === Number.MAX_VALUE ? `a number of at least ${min}` : `a number from ${min} to ${max}`,
  (value) => isNumber(value) && isIn(value, min, max),
];
const flag: Field = ["true or false", (value) => typeof value === "boolean"];
const text: Field = ["text", (value) => typeof value === "string" && value !== ""];
const table: Field = ["a table", isTable];
const numbers: Field = ["a table of numbers", (value) => isTable(value) && Object.values(value).every(isNumber)];
const listOf = ([expected, fits]: Field): Field => [
  `a list, each ${expected}`,
  (value) => Array.isArray(value) && value.every(fits),
];
const either = (one: Field, other: Field): Field => [
  `${one[0]} or ${other[0]}`,
  (value) => one[1](value) || other[1](value),
];
const oneOf = (...words: string[]): Field => [words.join(", "), (value) => words.some((word) => word === value)];

/** JSON has no infinity, which programs may pass for limits that are none; it is saved as null. */
const limit = either(number(0), ["null", (value) => value === null]);
const share = number(0, 1);
const layer = whole(0);

/** Every field of a training's state by its path; those of the recipe are checked with the model's family. */
export const stateFields: Readonly<Record<string, Field>> = {
  progress: table,
  "progress.epoch": whole(0),
  "progress.iteration": whole(0),
  "progress.optimizerSteps": whole(0),
  "progress.lastOptimizerStep": whole(-1),
  "progress.lossSums": numbers,
  "progress.seconds": number(0),
  "progress.epochSeconds": number(0),
  "progress.losses": listOf(numbers),
  "progress.classScores": listOf(share),
  settings: table,
  "settings.epochs": whole(1),
  // Beyond any use, and small enough that no computation with them leaves the whole numbers
  "settings.ranks": whole(1),
  "settings.syncBn": flag,
  "settings.halfGradients": flag,
  "settings.imgsz": whole(1, 2 ** 16),
  "settings.batch": whole(1, 2 ** 24),
  "settings.val": oneOf("every", "last", "never"),
  "settings.seed": ["a number", isNumber],
  "settings.freeze": either(layer, listOf(layer)),
  "settings.patience": limit,
  "settings.time": limit,
  "settings.savePeriod": limit,
  "settings.args": table,
  "settings.args.data": text,
  "settings.args.singleCls": flag,
  "settings.args.fraction": share,
  "settings.amp": flag,
  "settings.rect": flag,
  "settings.imageWeights": flag,
  "settings.multiScale": flag,
  "settings.autoAnchor": flag,
  "settings.recipe": table,
  "settings.nbs": number(1),
  "settings.usesPreviousEpochLr": flag,
  best: table,
  "best.epoch": whole(0),
  "best.fitness": ["a number", isNumber],
  data: table,
  "data.train": whole(1),
  "data.val": whole(0),
  "data.hash": text,
  "data.names": listOf(["text", (value) => typeof value === "string"]),
};

/** Fields that may be missing, with what belongs to them. */
const optional = [
  ...["best", "data", "progress.classScores"],
  ...["settings.ranks", "settings.syncBn", "settings.halfGradients"],
  ...["settings.args.data", "settings.args.singleCls", "settings.args.fraction"],
];

/**
 * Checks every field of a training's state, its recipe's apart.
 *
 * @throws LookonceError `FORMAT` with the file, the field and what it must be
 */
export function checkState(state: Readonly<Record<string, unknown>>, file: string): void {
  for (const [path, [expected, fits]] of Object.entries(stateFields)) {
    const value = valueAt(state, path);
    if (value === undefined ? isOptional(state, path) : fits(value)) continue;
    throw stateFault(file, `${path} must be ${expected}, not ${JSON.stringify(value)?.slice(0, 60) ?? "missing"}`);
  }
}

/** Says that a field of a training's state cannot be. */
export function stateFault(file: string, what: string, cause?: unknown): LookonceError {
  return new LookonceError("FORMAT", `${file}: the training's state is damaged: ${what}`, { cause });
}

function isOptional(state: unknown, path: string): boolean {
  const owner = optional.find((name) => path === name || path.startsWith(`${name}.`));
  return owner !== undefined && valueAt(state, owner) === undefined;
}

function valueAt(state: unknown, path: string): unknown {
  let value = state;
  for (const key of path.split(".")) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}
