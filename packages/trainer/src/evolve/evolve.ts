import { type FamilySettings, hypKeys, type Recipe, type SearchSpace } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { detect } from "@lookonce/families";
import { appendWholeSync, join, writeWholeSync } from "@lookonce/files";
import type { Random } from "@lookonce/random";
import { dump } from "js-yaml";
import { type EvolvedGeneration, EvolveTable, type GenerationScores } from "./evolve-table.ts";
import { chooseParent, drawMutation, type Hyps, mutate, withinLimits } from "./mutate.ts";

/** Options of {@link evolve}. */
export interface EvolveOptions {
  family: FamilySettings;
  /** What the first generation is trained with, and what stays as it is. */
  recipe: Recipe;
  /**
   * Trains with a recipe and returns its scores; `undefined` when it was stopped. A `NUMERIC` error, such as a loss
   * that is no number any more, counts as fitness 0; others end the evolution.
   *
   * @param generation from 1
   */
  evaluate: (recipe: Recipe, generation: number) => Promise<GenerationScores | undefined>;
  /** Scores beside the fitness that are columns of `evolve.csv`. Default those of detectors. */
  scoreColumns?: readonly string[];
  /** An existing directory; if it has an `evolve.csv`, that evolution is resumed. */
  directory: string;
  rng: Random;
  /** Generations in all. Default 300. */
  generations?: number;
  /**
   * Generations whose parents are the same ones before them, so that they do not depend on each other. Default 1: each may be the
   * child of the one before. What is found depends on it, and not on how many of them are trained at a time.
   */
  offspring?: number;
  /** Whether `evaluate` is called for all offspring at once; it returns when it can. Default false: one after the other. */
  concurrent?: boolean;
  /** What is changed, and how. Default that of the family; hyper-parameters that the recipe lacks are left out. */
  space?: SearchSpace;
  /** Called for every generation, with all so far. */
  onGeneration?: (generation: GenerationReport, all: readonly EvolvedGeneration[]) => void | Promise<void>;
  log?: (line: string) => void;
  /** Ends it after the training under way, which `evaluate` may stop too. */
  signal?: AbortSignal;
}

/** A finished generation. */
export interface GenerationReport extends EvolvedGeneration {
  /** From 1. */
  generation: number;
  /** Whether no generation before was as fit. */
  isBest: boolean;
  /** Why it counts as unfit, where its training failed. */
  reason?: string;
}

/** Result of {@link evolve}. */
export interface Evolution {
  /** All generations, in order. */
  generations: readonly EvolvedGeneration[];
  /** The fittest one, and its number from 1; missing when there is none. */
  best?: EvolvedGeneration & { generation: number };
  /** The files that were written: a line a generation, and the fittest hyper-parameters. */
  csv: string;
  hyp: string;
  /** Whether the signal ended it. */
  interrupted: boolean;
}

/**
 * Changes hyper-parameters at random, trains with them, and changes those further that did well: the evolution of YOLOv5
 * (7.0) and YOLOv8's tuner (8.3).
 *
 * Writes `evolve.csv`, `log.jsonl` and the fittest hyper-parameters as a file that `hyp` accepts. A generation depends on
 * `rng`, its number, `offspring` and the lines before it alone: a resumed evolution finds what an uninterrupted one would.
 *
 * @throws LookonceError `ARGUMENT` for options that make no sense, `FORMAT` for an `evolve.csv` of another evolution, `IO`,
 *   and what `evaluate` throws apart from `NUMERIC`
 */
export async function evolve(options: EvolveOptions): Promise<Evolution> {
  const { family, directory, generations = 300, offspring = 1, concurrent = false, signal, onGeneration } = options;
  const { scoreColumns = Object.keys(detect.columns(undefined)) } = options;
  if (!Number.isInteger(generations) || generations < 1) {
    throw new LookonceError("ARGUMENT", `generations must be a whole number of at least 1, not ${generations}.`);
  }
  if (!Number.isInteger(offspring) || offspring < 1) {
    throw new LookonceError("ARGUMENT", `offspring must be a whole number of at least 1, not ${offspring}.`);
  }
  const space = options.space ?? family.evolution.space;
  const start = startHyps(options.recipe, space);
  const csv = join(directory, "evolve.csv");
  const hyp = join(directory, family.evolution.file);
  const logFile = join(directory, "log.jsonl");
  const table = new EvolveTable(csv, { scores: scoreColumns, hyps: Object.keys(start) }, options.log);
  let best = fittest(table.rows);
  const hypsOf = (number: number): Hyps => {
    if (number === 1) return start;
    return nextHyps(table.rows.slice(0, parentsOf(number, offspring)), space, options.rng.fork("generation", number));
  };
  const begin = (number: number): Pending => {
    const hyps = hypsOf(number);
    const judged = judge({ ...options.recipe, ...hyps } as Recipe, number, options);
    // It is thrown where it is waited for, if it is
    judged.catch(() => {});
    return { hyps, judged };
  };
  const pending = new Map<number, Pending>();
  while (table.rows.length < generations && signal?.aborted !== true) {
    const number = table.rows.length + 1;
    // The first has no parents, and is that of the second and its siblings
    const siblings =
      concurrent && number > 1 ? Math.min(generations, parentsOf(number, offspring) + offspring) : number;
    for (let each = number; each <= siblings; each++) if (!pending.has(each)) pending.set(each, begin(each));
    const { hyps, judged: judging } = pending.get(number) as Pending;
    const judged = await judging;
    pending.delete(number);
    if (judged === undefined) break;
    const generation = { scores: judged.scores, hyps };
    const isBest = best === undefined || generation.scores.fitness > best.scores.fitness;
    table.add(generation);
    if (isBest) {
      best = { ...generation, generation: number };
      writeHyps(hyp, best, options);
    }
    const report: GenerationReport = { ...generation, ...judged, generation: number, isBest };
    const line = JSON.stringify({ event: "generation", ...report });
    appendWholeSync(logFile, `${line}\n`);
    await onGeneration?.(report, table.rows);
  }
  // A crash may have come between the line and the file.
  if (best !== undefined) writeHyps(hyp, best, options);
  const interrupted = table.rows.length < generations;
  return { generations: table.rows, best, csv, hyp, interrupted };
}

/** A generation that is being trained. */
interface Pending {
  hyps: Hyps;
  judged: ReturnType<typeof judge>;
}

/** How many of the first generations may be parents of one, which is not the first itself. */
function parentsOf(number: number, offspring: number): number {
  return Math.max(1, 1 + offspring * Math.floor((number - 2) / offspring));
}

/** The hyper-parameters that are evolved, within their limits. YOLOv5 evolves the number of anchors too, from 3. */
function startHyps(recipe: Recipe, space: SearchSpace): Hyps {
  const values: Readonly<Record<string, unknown>> = { anchors: 3, ...recipe };
  const keys = Object.keys(space).filter((key) => typeof values[key] === "number");
  if (keys.length === 0) throw new LookonceError("ARGUMENT", "the search space has no hyper-parameter of the recipe.");
  return withinLimits(Object.fromEntries(keys.map((key) => [key, values[key] as number])), space);
}

/** What the next generation is trained with: a child of the fittest so far. */
function nextHyps(rows: readonly EvolvedGeneration[], space: SearchSpace, rng: Random): Hyps {
  const fitness = rows.map(({ scores }) => scores.fitness);
  const { hyps } = rows[chooseParent(fitness, rng)] as EvolvedGeneration;
  return mutate(hyps, space, drawMutation(hyps, space, rng));
}

/** Scores of a training; of a loss that is no number, 0. */
async function judge(
  recipe: Recipe,
  generation: number,
  { evaluate, log }: EvolveOptions,
): Promise<Pick<GenerationReport, "scores" | "reason"> | undefined> {
  let reason: string;
  try {
    const scores = await evaluate(recipe, generation);
    if (scores === undefined || Number.isFinite(scores.fitness)) return scores && { scores };
    reason = `the fitness is ${scores.fitness}`;
  } catch (error) {
    if (!(error instanceof LookonceError && error.code === "NUMERIC")) throw error;
    reason = error.message;
  }
  log?.(`generation ${generation} counts as fitness 0: ${reason}`);
  return { scores: { fitness: 0 }, reason };
}

function fittest(rows: readonly EvolvedGeneration[]): Evolution["best"] {
  const fitness = rows.map(({ scores }) => scores.fitness);
  const first = fitness.indexOf(Math.max(...fitness));
  const row = rows[first];
  return row && { ...row, generation: first + 1 };
}

/** Writes the fittest hyper-parameters, and those that were not evolved, as a file that trainings read. */
function writeHyps(file: string, best: Required<Evolution>["best"], { family, recipe }: EvolveOptions): void {
  const { generation, scores, hyps } = best;
  const known = hypKeys(family);
  const kept = Object.entries(recipe).filter(([key]) => known.includes(key));
  const scored = Object.entries(scores).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key.replace("metrics/", "")} ${value.toFixed(5)}`],
  );
  const lines = [
    `# The fittest hyper-parameters so far: generation ${generation}, ${scored.join(", ")}`,
    `# They were trained with optimizer=${recipe.optimizer}${recipe.cos_lr ? " cos_lr=true" : ""}`,
    dump({ ...Object.fromEntries(kept), ...hyps }),
  ];
  writeWholeSync(file, lines.join("\n"));
}
