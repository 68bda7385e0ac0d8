import { LookonceError } from "@lookonce/errors";
import { appendWholeSync, existsSync, readFileSync, writeWholeSync } from "@lookonce/files";
import type { Hyps } from "./mutate.ts";

/** Scores of a generation: the fitness, and the columns that the task has in `results.csv`, such as `metrics/mAP50(B)`. */
export interface GenerationScores {
  /** What evolution is to raise, the task's own: of detectors 0.1 · mAP50 + 0.9 · mAP50-95. */
  fitness: number;
  [column: string]: number | undefined;
}

/** A generation: a line of `evolve.csv`. */
export interface EvolvedGeneration {
  scores: GenerationScores;
  hyps: Hyps;
}

/** Columns of an {@link EvolveTable}. */
export interface EvolveColumns {
  /** Scores beside the fitness, by the names of their columns. */
  scores: readonly string[];
  /** Hyper-parameters that are evolved. */
  hyps: readonly string[];
}

/**
 * The generations of an evolution in a CSV file: scores and hyper-parameters, a line each. A line is added at once and as
 * a whole; one that a crash cut short is taken off when the file is opened again.
 */
export class EvolveTable {
  readonly #file: string;
  readonly #scores: readonly string[];
  readonly #hyps: readonly string[];
  /** All generations so far. */
  readonly rows: EvolvedGeneration[] = [];

  /** @throws LookonceError `FORMAT` for other columns or something else than numbers, `IO` */
  constructor(file: string, { scores, hyps }: EvolveColumns, log: (line: string) => void = () => {}) {
    this.#file = file;
    this.#scores = ["fitness", ...scores];
    this.#hyps = hyps;
    const header = [...this.#scores, ...hyps].join(",");
    const text = existsSync(file) ? read(file) : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const [found, ...lines] = whole.split(/\r?\n/).slice(0, -1);
    if (found !== undefined && found !== header) {
      const [has, needs] = [found.split(","), header.split(",")];
      const name = needs.find((column, i) => column !== has[i]) ?? has[needs.length];
      throw new LookonceError(
        "FORMAT",
        `${file} is of another evolution: at "${name}" its columns differ from those of this one. Choose another name, or remove the file.`,
      );
    }
    for (const [i, line] of lines.entries()) this.rows.push(this.#parse(line, i + 2));
    if (whole !== text) log(`${file}: line ${lines.length + 2} was cut short, that generation is done again`);
    if (found === undefined || whole !== text) writeWholeSync(this.#file, found === undefined ? `${header}\n` : whole);
  }

  /** Adds a generation. @throws LookonceError `IO` when the file cannot be written */
  add({ scores, hyps }: EvolvedGeneration): void {
    const cells = [...this.#scores.map((key) => scores[key] ?? ""), ...this.#hyps.map((key) => hyps[key])];
    appendWholeSync(this.#file, `${cells.join(",")}\n`, { flush: true });
    this.rows.push({ scores, hyps });
  }

  #parse(line: string, number: number): EvolvedGeneration {
    const cells = line.split(",");
    const scores = numbersOf(this.#scores, cells).filter(([, value]) => value !== undefined);
    const hyps = numbersOf(this.#hyps, cells.slice(this.#scores.length));
    const expected = this.#scores.length + this.#hyps.length;
    const isNumeric = [...scores, ...hyps].every(([, value]) => value !== undefined && Number.isFinite(value));
    if (cells.length !== expected || scores[0]?.[0] !== "fitness" || !isNumeric) {
      throw new LookonceError(
        "FORMAT",
        `${this.#file}, line ${number}: ${expected} numbers were expected, but it is "${line.slice(0, 60)}". Remove the line to resume.`,
      );
    }
    const { fitness = 0, ...others } = Object.fromEntries(scores) as Partial<GenerationScores>;
    return { scores: { fitness, ...others }, hyps: Object.fromEntries(hyps) as Hyps };
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LookonceError("IO", `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Cells by their columns' names; empty ones are `undefined`. */
function numbersOf(keys: readonly string[], cells: readonly string[]): [key: string, value: number | undefined][] {
  return keys.map((key, i) => [key, (cells[i] ?? "").trim() === "" ? undefined : Number(cells[i])]);
}
