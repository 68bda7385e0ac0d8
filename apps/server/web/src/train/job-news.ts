import type { StreamEvent } from "../api/parse-events.ts";
import type { BatchReport, LogLine } from "../api/types.ts";

/** What a job's events reported so far. */
export interface JobNews {
  /** The last batch. */
  progress: BatchReport | undefined;
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
  ...{ progress: undefined, losses: {}, byBatch: [], imagesPerSecond: undefined, rate: undefined, log: [] },
};

/** Lines and batches that are kept; older ones go. */
const most = { lines: 500, batches: 2000 };

/** Adds an event. */
export function addEvent(news: JobNews, { type, data }: StreamEvent): JobNews {
  if (type === "log") {
    const { message }: LogLine = JSON.parse(data);
    return { ...news, log: [...news.log, message].slice(-most.lines) };
  }
  if (type !== "batch") return news;
  const progress: BatchReport = JSON.parse(data);
  const { epoch = 1, batch, batches, losses, lr, images_per_second } = progress;
  const at = (epoch - 1) * batches + batch;
  const sum = Object.values(losses ?? {}).reduce((total, part) => total + part, 0);
  const earlier = news.byBatch.filter(([x]) => x < at);
  return {
    ...news,
    progress,
    losses: losses ?? news.losses,
    byBatch: losses === undefined ? news.byBatch : [...earlier, [at, sum] as const].slice(-most.batches),
    imagesPerSecond: images_per_second ?? news.imagesPerSecond,
    rate: lr?.[0] ?? news.rate,
  };
}
