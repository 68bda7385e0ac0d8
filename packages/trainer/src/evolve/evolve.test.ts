import { appendFileSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings, makeRecipe, type Recipe } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { readHyp } from "../recipes/read-hyp.ts";
import { type EvolveOptions, evolve, type GenerationReport } from "./evolve.ts";
import type { GenerationScores } from "./evolve-table.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "evolve-"));

/** As fit as four hyper-parameters are near to what is best for this made-up training. */
async function objective(recipe: Recipe): Promise<GenerationScores> {
  const { lr0, momentum, hsv_s, scale } = recipe;
  const off = [Math.log(lr0 / 0.002) / 2, (momentum - 0.7) * 3, (hsv_s - 0.2) * 2, (scale - 0.9) * 2];
  const fitness = Math.exp(-off.reduce((sum, value) => sum + value * value, 0));
  const maps = { "metrics/mAP50(B)": fitness, "metrics/mAP50-95(B)": fitness };
  return { fitness, "metrics/precision(B)": 0.5, "metrics/recall(B)": 0.25, ...maps };
}

const options = (more: Partial<EvolveOptions> = {}): EvolveOptions => ({
  ...{ family: familySettings.v8, recipe: makeRecipe(familySettings.v8), evaluate: objective, directory: newFolder() },
  ...{ rng: new Random(0), generations: 12 },
  ...more,
});

const lines = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");

describe("evolve", () => {
  it("finds fitter hyper-parameters, for whatever seed", async () => {
    for (const seed of [1, 2, 3]) {
      const { generations, best } = await evolve(options({ generations: 120, rng: new Random(seed) }));
      const fitness = generations.map(({ scores }) => scores.fitness);
      expect(fitness[0]).toBeLessThan(0.1);
      expect(best?.scores.fitness).toBe(Math.max(...fitness));
      // Parents that are chosen blindly lead to 0.38 at most, no mutation to none at all.
      expect(best?.scores.fitness).toBeGreaterThan(0.7);
    }
  });

  it.each(["v5", "v8", "v26"] as const)(
    "writes a line a generation and a file that trainings of %s read",
    async (name) => {
      const family = familySettings[name];
      const reports: GenerationReport[] = [];
      const recipe = makeRecipe(family, { warmup_bias_lr: 0.05 });
      const onGeneration = (report: GenerationReport): void => void reports.push(report);
      const { csv, hyp, best, generations } = await evolve(options({ family, recipe, onGeneration }));
      const [header, first] = lines(csv);
      expect(header).toMatch(/^fitness,metrics\/precision\(B\),metrics\/recall\(B\),.*mAP50-95\(B\),lr0,/);
      expect(first?.split(",").slice(1, 3)).toEqual(["0.5", "0.25"]);
      expect(lines(csv)).toHaveLength(13);
      expect(reports.map(({ generation }) => generation)).toEqual(generations.map((_, i) => i + 1));
      expect(reports.filter(({ isBest }) => isBest).at(-1)?.hyps).toEqual(best?.hyps);
      expect(hyp).toMatch(name === "v5" ? /hyp_evolve\.yaml$/ : /best_hyperparameters\.yaml$/);
      expect(await readHyp(hyp, family)).toMatchObject({
        ...best?.hyps,
        ...(name !== "v5" && { warmup_bias_lr: 0.05 }),
      });
      expect(readFileSync(hyp, "utf8")).toContain(`generation ${best?.generation}, fitness 0.`);
      expect("anchors" in (best?.hyps ?? {})).toBe(name === "v5");
    },
  );

  it("finds the same whether siblings are trained one after the other or all at once, and when it is resumed between", async () => {
    const serial = options({ offspring: 3 });
    const { generations } = await evolve(serial);
    let [running, most] = [0, 0];
    const evaluate: EvolveOptions["evaluate"] = async (recipe, generation) => {
      most = Math.max(most, ++running);
      // Later ones are done first
      for (let turn = 0; turn < 30 - generation; turn++) await Promise.resolve();
      running--;
      return objective(recipe);
    };
    const parallel = options({ offspring: 3, concurrent: true, evaluate });
    expect((await evolve(parallel)).generations).toEqual(generations);
    expect(most).toBe(3);
    const files = (directory: string) => ["evolve.csv", "log.jsonl"].map((name) => lines(join(directory, name)));
    expect(files(parallel.directory)).toEqual(files(serial.directory));
    // Another number of siblings is another search
    expect((await evolve(options({ offspring: 2 }))).generations).not.toEqual(generations);
    const resumed = options({ offspring: 3, generations: 6 });
    await evolve(resumed);
    expect((await evolve({ ...resumed, generations: 12, concurrent: true })).generations).toEqual(generations);
    await expect(evolve(options({ offspring: 0 }))).rejects.toThrow("offspring must be a whole number");
  });

  it("has the columns of another task, and reads them again", async () => {
    const evaluate: EvolveOptions["evaluate"] = async (recipe) => {
      const { fitness } = await objective(recipe);
      return { fitness, "metrics/accuracy_top1": 0.5, "metrics/accuracy_top5": 0.75 };
    };
    const scoreColumns = ["metrics/accuracy_top1", "metrics/accuracy_top5"];
    const given = options({ evaluate, scoreColumns, generations: 2 });
    const { csv, hyp, generations } = await evolve(given);
    expect(lines(csv)[0]).toMatch(/^fitness,metrics\/accuracy_top1,metrics\/accuracy_top5,lr0,/);
    expect(readFileSync(hyp, "utf8")).toContain("accuracy_top1 0.50000, accuracy_top5 0.75000");
    expect((await evolve(given)).generations).toEqual(generations);
    await expect(evolve({ ...given, scoreColumns: ["metrics/precision(B)"] })).rejects.toThrow(
      'at "metrics/precision(B)"',
    );
  });

  it("resumes to what it would have found uninterrupted, even if its last line is cut short", async () => {
    const whole = await evolve(options());
    for (const lost of [0, 1, 30]) {
      const directory = newFolder();
      const stop = new AbortController();
      const onGeneration = ({ generation }: GenerationReport): void => void (generation === 7 && stop.abort());
      const stopped = await evolve(options({ directory, onGeneration, signal: stop.signal }));
      expect(stopped).toMatchObject({ interrupted: true });
      expect(lines(stopped.csv)).toHaveLength(8);
      if (lost > 0) truncateSync(stopped.csv, readFileSync(stopped.csv).length - lost);
      const notes: string[] = [];
      let trained = 0;
      const evaluate: EvolveOptions["evaluate"] = (recipe) => {
        trained++;
        return objective(recipe);
      };
      const finished = await evolve(options({ directory, evaluate, log: (line) => notes.push(line) }));
      expect(trained).toBe(lost > 0 ? 6 : 5);
      expect(notes).toEqual(lost > 0 ? [expect.stringMatching(/evolve\.csv: line 8 was cut short/)] : []);
      for (const file of ["csv", "hyp"] as const) expect(lines(finished[file])).toEqual(lines(whole[file]));
      expect({ ...finished, csv: "", hyp: "" }).toEqual({ ...whole, csv: "", hyp: "" });
    }
  });

  it("leaves out a generation that was stopped", async () => {
    const evaluate: EvolveOptions["evaluate"] = async (recipe, generation) =>
      generation === 3 ? undefined : objective(recipe);
    const { generations, interrupted } = await evolve(options({ evaluate }));
    expect([generations.length, interrupted]).toEqual([2, true]);
  });

  it("counts a loss that is no number as unfit and says why, and lets other mistakes through", async () => {
    const notes: string[] = [];
    const evaluate: EvolveOptions["evaluate"] = async (recipe, generation) => {
      if (generation === 2) throw new LookonceError("NUMERIC", "the loss is NaN");
      return generation === 4 ? { fitness: Number.NaN } : objective(recipe);
    };
    const directory = newFolder();
    const { generations } = await evolve(options({ evaluate, directory, log: (line) => notes.push(line) }));
    expect(generations[1]?.scores).toEqual({ fitness: 0 });
    expect(generations).toHaveLength(12);
    expect(notes).toEqual([
      "generation 2 counts as fitness 0: the loss is NaN",
      "generation 4 counts as fitness 0: the fitness is NaN",
    ]);
    expect(JSON.parse(lines(join(directory, "log.jsonl"))[1] as string)).toMatchObject({ reason: "the loss is NaN" });
    // A line without scores is read again.
    expect((await evolve(options({ directory }))).generations).toEqual(generations);
    const missing = async (): Promise<never> => {
      throw new LookonceError("NOT_FOUND", "no images");
    };
    await expect(evolve(options({ evaluate: missing }))).rejects.toThrow("no images");
  });

  it("refuses tables of other evolutions, damaged ones and impossible numbers", async () => {
    const { csv } = await evolve(options({ generations: 2 }));
    const directory = join(csv, "..");
    await expect(
      evolve(options({ directory, family: familySettings.v5, recipe: makeRecipe(familySettings.v5) })),
    ).rejects.toThrow(/evolve\.csv is of another evolution: at "/);
    appendFileSync(csv, "0.5,what\n");
    await expect(evolve(options({ directory }))).rejects.toThrow(/evolve\.csv, line 4: \d+ numbers were expected/);
    writeFileSync(csv, "fit");
    expect((await evolve(options({ directory, generations: 1 }))).generations).toHaveLength(1);
    await expect(evolve(options({ generations: 0 }))).rejects.toThrow("generations must be a whole number");
    const space = { nothing: { gain: 1, lower: 0, upper: 1 } };
    await expect(evolve(options({ space }))).rejects.toThrow("no hyper-parameter of the recipe");
  });
});
