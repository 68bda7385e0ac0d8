import type { StreamEvent } from "../api/parse-events.ts";

/** How far a job is; all count from 1. */
export interface JobProgress {
  /** What the batches are of. */
  stage: "train" | "val";
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
}

/** What a job's events reported so far. */
export interface JobNews {
  /** Where it is; all count from 1. */
  progress: JobProgress | undefined;
  /** Mean losses of the epoch so far, by part. */
  losses: Readonly<Record<string, number>>;
  /** Sum of the losses by batch, over the whole training. */
  byBatch: readonly (readonly [batch: number, loss: number])[];
  imagesPerSecond: number | undefined;
  /** Learning rate of the weights. */
  rate: number | undefined;
  log: readonly string[];
}

export const noNews: JobNews = {
  progress: undefined,
  losses: {},
  byBatch: [],
  imagesPerSecond: undefined,
  rate: undefined,
  log: [],
};

/** Lines and batches that are kept; older ones go. */
const most = { lines: 500, batches: 2000 };

/** Adds an event. */
export function addEvent(news: JobNews, { type, data }: StreamEvent): JobNews {
  const event = parse(data);
  if (type === "log") return { ...news, log: [...news.log, lineOf(event, data)].slice(-most.lines) };
  if (type === "batch") return addBatch(news, event);
  return news;
}

function addBatch(news: JobNews, event: Readonly<Record<string, unknown>>): JobNews {
  const number = (key: string) => (typeof event[key] === "number" ? (event[key] as number) : undefined);
  const [epoch, batch] = [number("epoch") ?? 1, number("batch") ?? 1];
  const epochs = number("epochs") ?? news.progress?.epochs ?? epoch;
  const batches = number("batches") ?? news.progress?.batches ?? batch;
  const losses = numbersOf(event.losses);
  const sum = Object.values(losses).reduce((total, part) => total + part, 0);
  const at = (epoch - 1) * batches + batch;
  const byBatch =
    Object.keys(losses).length === 0
      ? news.byBatch
      : [...news.byBatch.filter(([x]) => x < at), [at, sum] as const].slice(-most.batches);
  return {
    ...news,
    progress: { stage: event.stage === "val" ? "val" : "train", epoch, epochs, batch, batches },
    losses: Object.keys(losses).length === 0 ? news.losses : losses,
    byBatch,
    imagesPerSecond: number("images_per_second") ?? news.imagesPerSecond,
    rate: Array.isArray(event.lr) && typeof event.lr[0] === "number" ? event.lr[0] : news.rate,
  };
}

function parse(data: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { line: value };
  } catch {
    return { line: data };
  }
}

function lineOf(event: Readonly<Record<string, unknown>>, data: string): string {
  const line = event.line ?? event.message;
  return typeof line === "string" ? line : data;
}

function numbersOf(value: unknown): Record<string, number> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
