import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inFolder } from "./in-folder.ts";
import { type Message, reportEvery } from "./messages.ts";
import { minimize } from "./minimize.ts";
import { type Ending, supervise } from "./supervise.ts";
import { binaryTargets, targets } from "./targets.ts";

const worker = fileURLToPath(new URL("./worker.js", import.meta.url));

interface Row {
  target: string;
  tried: number;
  findings: number;
  seconds: number;
  slowestMs: number;
  maxMb: number;
}

/** Tries one target, and keeps the inputs that fail. */
class Campaign {
  readonly #seed: string;
  readonly #row: Row;
  readonly #seen = new Set<string>();
  #file = "";
  #next = 0;

  constructor(target: string, seed: string) {
    this.#seed = seed;
    this.#row = { target, tried: 0, findings: 0, seconds: 0, slowestMs: 0, maxMb: 0 };
  }

  /** Number of the next input. */
  get next(): number {
    return this.#next;
  }

  get row(): Readonly<Row> {
    return this.#row;
  }

  /** Goes on for so long, or until so many inputs were tried. */
  async run(seconds: number, to: number): Promise<void> {
    const start = Date.now();
    const until = start + 1000 * seconds;
    do {
      const died = await this.#runWorker(until, to);
      if (died === undefined) break;
      // Whichever of the inputs since the last report it was, it is not tried again
      this.#next += reportEvery;
      await this.#keepFatal(died);
    } while (Date.now() < until);
    this.#row.seconds += (Date.now() - start) / 1000;
  }

  /** @returns the last input and how the worker died; `undefined` when it came to its end */
  async #runWorker(
    until: number,
    to: number,
  ): Promise<{ ending: Ending; detail: string; input: Uint8Array } | undefined> {
    return inFolder(async (folder) => {
      const job = { target: this.#row.target, folder, seed: this.#seed, from: this.#next, to, until };
      const { ending, detail } = await supervise(worker, job, (message) => this.#receive(message));
      if (ending === "done") return undefined;
      if (this.#file === "") throw new Error(`${this.#row.target} does not start: ${detail}`);
      return { ending, detail, input: readFileSync(this.#file) };
    });
  }

  #receive(message: Message): void {
    if (message.kind === "ready") this.#file = message.file;
    else if (message.kind === "finding") this.#keep(message.signature, message.input);
    else {
      const { tried, next, slowestMs, maxMb } = message;
      this.#row.tried += tried;
      this.#row.slowestMs = Math.max(this.#row.slowestMs, slowestMs);
      this.#row.maxMb = Math.max(this.#row.maxMb, maxMb);
      this.#next = next;
    }
  }

  /** Keeps an input that ended a worker, if it ends one alone: what many inputs left behind is no finding. */
  async #keepFatal({ ending, detail, input }: { ending: Ending; detail: string; input: Uint8Array }): Promise<void> {
    const fails = async (bytes: Uint8Array): Promise<boolean> => (await this.#endingOf(bytes)) === ending;
    if (!(await fails(input))) {
      const path = join(tmpdir(), `fuzz-${this.#row.target}-${ending}-${Date.now()}${extname(this.#file)}`);
      writeFileSync(path, input);
      console.log(`${this.#row.target}: ${ending}, which ${path} alone does not lead to: ${detail}`);
      return;
    }
    const shorter = ending === "hang" ? input : await minimize(input, fails, { seconds: 20 });
    this.#keep(`${ending}: ${detail}`, shorter);
  }

  async #endingOf(input: Uint8Array): Promise<Ending> {
    return inFolder(async (folder) => {
      const only = join(folder, "only");
      writeFileSync(only, input);
      const job = { target: this.#row.target, folder, seed: this.#seed, from: 0, to: 0, until: 0, only };
      return (await supervise(worker, job, () => {})).ending;
    });
  }

  #keep(signature: string, input: Uint8Array): void {
    if (this.#seen.has(signature)) return;
    this.#seen.add(signature);
    this.#row.findings++;
    const folder = join("scripts/fuzz/corpus", this.#row.target);
    mkdirSync(folder, { recursive: true });
    const hash = createHash("sha256").update(input).digest("hex").slice(0, 12);
    const path = join(folder, `${hash}${extname(this.#file)}`);
    writeFileSync(path, input);
    console.log(`${this.#row.target}: ${signature}\n  ${path} (${input.length} bytes)`);
  }
}

function print(rows: readonly Row[]): void {
  const header = ["target", "inputs", "findings", "inputs/s", "slowest ms", "most MB"];
  const lines = rows.map((row) => [
    ...[row.target, row.tried, row.findings, Math.round(row.tried / row.seconds)],
    ...[Math.round(row.slowestMs), Math.round(row.maxMb)],
  ]);
  for (const line of [header, ...lines]) {
    console.log(line.map((cell, i) => (i === 0 ? String(cell).padEnd(16) : String(cell).padStart(11))).join(""));
  }
}

/** Time that a target gets at least: loading modules takes seconds. */
const minSeconds = 5;

/**
 * Shares time: rounds, in each of which the targets that have not had as many inputs as they should get half of what is left,
 * in equal parts; when all have, they go on for the rest.
 */
async function share(campaigns: readonly Campaign[], inputs: number, end: number): Promise<void> {
  // Decoders keep a process waiting for threads most of the time
  const processes = Math.min(2 * availableParallelism(), campaigns.length);
  for (let goal = inputs; Date.now() < end; ) {
    const goalOf = ({ row }: Campaign): number => (Object.hasOwn(binaryTargets, row.target) ? goal : goal / 10);
    const waiting = campaigns.filter((campaign) => campaign.next < goalOf(campaign));
    if (waiting.length === 0) {
      goal = Number.MAX_SAFE_INTEGER;
      continue;
    }
    const seconds = Math.max(minSeconds, ((end - Date.now()) / 2000) * (processes / waiting.length));
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && Date.now() < end; next = waiting.shift()) {
        await next.run(Math.min(seconds, (end - Date.now()) / 1000), Math.ceil(goalOf(next)));
      }
    };
    await Promise.all(Array.from({ length: processes }, work));
  }
}

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: "string", default: "5" },
      target: { type: "string", multiple: true, default: Object.keys(targets) },
      inputs: { type: "string", default: "100000" },
      seed: { type: "string", default: String(Date.now()) },
    },
  });
  const unknown = values.target.filter((name) => !Object.hasOwn(targets, name));
  if (unknown.length > 0 || !(Number(values.minutes) > 0)) {
    console.error(`unknown: ${unknown.join(", ")}; the targets are ${Object.keys(targets).join(", ")}`);
    return 2;
  }
  const campaigns = values.target.map((name) => new Campaign(name, values.seed));
  const end = Date.now() + 60_000 * Number(values.minutes);
  console.log(`seed ${values.seed}, ${values.minutes} minutes for ${campaigns.length} targets`);
  await share(campaigns, Number(values.inputs), end);
  const rows = campaigns.map(({ row }) => row);
  print(rows);
  return rows.some(({ findings }) => findings > 0) ? 1 : 0;
}
