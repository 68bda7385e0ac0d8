import type { SearchSpace } from "@lookonce/config";
import type { Random } from "@lookonce/random";

export type Hyps = Readonly<Record<string, number>>;

/** How YOLOv5 (7.0) and YOLOv8's tuner (8.3) mutate: how likely, how strongly, and how many generations may be parents. */
const mutation = { probability: 0.8, sigma: 0.2, low: 0.3, high: 3, decimals: 5, parents: 5 } as const;

/** The rows of the five fittest generations, the fittest first; each weighs as much as it is fitter than the last of them. */
export function parentChoices(fitness: readonly number[]): { row: number; weight: number }[] {
  const order = fitness.map((_, row) => row).sort((a, b) => (fitness[b] as number) - (fitness[a] as number));
  const rows = order.slice(0, mutation.parents);
  const least = fitness[rows.at(-1) as number] as number;
  return rows.map((row) => ({ row, weight: (fitness[row] as number) - least + 1e-6 }));
}

/** The generation that is changed next. @param fitness of all generations so far, at least one */
export function chooseParent(fitness: readonly number[], rng: Random): number {
  const choices = parentChoices(fitness);
  let left = rng.uniform() * choices.reduce((sum, { weight }) => sum + weight, 0);
  for (const { row, weight } of choices) {
    left -= weight;
    if (left < 0) return row;
  }
  return choices[0]?.row ?? 0;
}

/** What a mutation is made from, a number for each hyper-parameter in their order. */
export interface MutationDraws {
  /** From 0 to 1; those below 0.8 let the hyper-parameter change. */
  chances: readonly number[];
  /** Of the normal distribution: how it changes. */
  normals: readonly number[];
  /** From 0 to 1: how strongly all of them change. */
  strength: number;
}

/** Draws a mutation that changes something, as far as the space lets it. */
export function drawMutation(parent: Hyps, space: SearchSpace, rng: Random): MutationDraws {
  const keys = Object.keys(parent);
  const canChange = keys.some((key) => (space[key]?.gain ?? 0) > 0);
  for (;;) {
    const chances = keys.map(() => rng.uniform());
    const normals = keys.map(() => rng.normal());
    const draws = { chances, normals, strength: rng.uniform() };
    if (!canChange || keys.some((key, i) => factorOf(key, i, { space, draws }) !== 1)) return draws;
  }
}

/**
 * Hyper-parameters of a child: each of the parent's times gain · n · s · 0.2 + 1, from 0.3 to 3, or as it is; then
 * {@link withinLimits}. What is 0 stays 0 unless its limits forbid that.
 */
export function mutate(parent: Hyps, space: SearchSpace, draws: MutationDraws): Hyps {
  const changed = Object.entries(parent).map(([key, value], i) => [key, value * factorOf(key, i, { space, draws })]);
  return withinLimits(Object.fromEntries(changed), space);
}

function factorOf(key: string, i: number, { space, draws }: { space: SearchSpace; draws: MutationDraws }): number {
  const { probability, sigma, low, high } = mutation;
  const applies = (draws.chances[i] as number) < probability ? 1 : 0;
  const change = (space[key]?.gain ?? 0) * applies * (draws.normals[i] as number) * draws.strength * sigma;
  return Math.min(high, Math.max(low, change + 1));
}

/** Hyper-parameters within the limits of the space, rounded to five decimals. */
export function withinLimits(hyps: Hyps, space: SearchSpace): Hyps {
  return Object.fromEntries(
    Object.entries(hyps).map(([key, value]) => {
      const { lower, upper } = space[key] ?? { lower: value, upper: value };
      return [key, Number(Math.min(upper, Math.max(lower, value)).toFixed(mutation.decimals))];
    }),
  );
}
