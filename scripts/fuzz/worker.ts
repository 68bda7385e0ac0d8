import { ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Random } from "@lookonce/random";
import { type Job, limits, type Message, memoryStatus, reportEvery } from "./messages.ts";
import { minimize } from "./minimize.ts";
import { faultOf } from "./read-input.ts";
import type { Target } from "./target.ts";
import { targets } from "./targets.ts";

/** Findings that a worker keeps for good; more of one target say nothing new. */
const maxFindings = 20;

/** Tries one target's inputs until its time is over. What ends this process is seen by the one that started it. */
class Worker {
  readonly #job: Job;
  readonly #target: Target;
  readonly #file: string;
  /** Stays open: opening a file to write uses a hundred times as long on some file systems. */
  readonly #handle: number;
  readonly #signatures = new Set<string>();
  #tried = 0;
  #slowestMs = 0;
  #next = 0;

  constructor(job: Job, target: Target) {
    this.#job = job;
    this.#target = target;
    this.#file = join(job.folder, target.file);
    this.#handle = openSync(this.#file, "w");
  }

  async run(): Promise<void> {
    const { folder, seed, from, to, until, only, target } = this.#job;
    await this.#target.prepare?.(folder);
    const seeds = only === undefined ? await this.#target.seeds() : [readFileSync(only)];
    // Its time of change says when the present input was started
    ftruncateSync(this.#handle);
    send({ kind: "ready", file: this.#file });
    const random = new Random(seed).fork(target);
    const end = Math.max(until, Date.now() + 1000);
    for (let i = from; i < seeds.length || (only === undefined && i < to && Date.now() < end); i++) {
      await this.#try(seeds[i] ?? this.#make(seeds, random.fork(i)));
      this.#next = i + 1;
      if (i % reportEvery === 0) this.#report(this.#next);
    }
    await new Promise((resolve) => this.#report(this.#next, resolve));
  }

  #make(seeds: readonly Uint8Array[], random: Random): Uint8Array {
    let input = random.choice(seeds);
    for (let count = random.choice([1, 1, 1, 2, 3, 6]); count > 0; count--) input = this.#target.mutate(input, random);
    return input;
  }

  async #try(input: Uint8Array): Promise<void> {
    const start = performance.now();
    const signature = await this.#signature(input);
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - start);
    this.#tried++;
    if (maxMb() > limits.megabytes) process.exit(memoryStatus);
    if (signature === undefined || this.#signatures.has(signature) || this.#signatures.size > maxFindings) return;
    this.#signatures.add(signature);
    const fails = async (shorter: Uint8Array): Promise<boolean> => (await this.#signature(shorter)) === signature;
    send({ kind: "finding", signature, input: await minimize(input, fails, { seconds: 2 }) });
  }

  /** What kind of fault an input leads to, and where. */
  async #signature(input: Uint8Array): Promise<string | undefined> {
    ftruncateSync(this.#handle);
    writeSync(this.#handle, input, 0, input.length, 0);
    const fault = await faultOf(this.#target, this.#file);
    if (fault === undefined) return undefined;
    const place = /((?:packages|apps|node_modules)\/[^\s()]+)/.exec(fault.stack ?? "")?.[1] ?? "";
    return `${fault.name}: ${fault.message.slice(0, 100).replaceAll(/\d+/g, "0")} at ${place}`;
  }

  #report(next: number, onSent?: (value: unknown) => void): void {
    send({ kind: "progress", tried: this.#tried, next, slowestMs: this.#slowestMs, maxMb: maxMb() }, onSent);
    this.#tried = 0;
  }
}

function maxMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}

function send(message: Message, onSent?: (value: unknown) => void): void {
  process.send?.(message, undefined, undefined, onSent);
}

const job: Job = JSON.parse(process.argv[2] ?? "{}");
const load = targets[job.target];
if (load === undefined) throw new Error(`there is no target ${job.target}`);
await new Worker(job, await load()).run();
process.exit(0);
