import { useEffect, useState } from "react";
import type { BatchReport, Job } from "../api/types.ts";
import { duration, figure } from "../controls/format.ts";
import type { JobNews } from "./job-news.ts";

/** How far a job is and how long it will last. */
export function ProgressView({ job, news }: { job: Job; news: JobNews }) {
  const now = useClock();
  const progress: Partial<BatchReport> | undefined = news.progress ?? job.progress;
  const share = progress === undefined ? 0 : done(progress);
  const elapsed = job.started === undefined ? 0 : (now - Date.parse(job.started)) / 1000;
  // What the first percent predicts of the rest is mostly how long the start took.
  const left = share > 0.01 && elapsed > 0 ? (elapsed / share) * (1 - share) : undefined;
  const { losses, rate, imagesPerSecond } = news;
  const pace = Object.entries({ "learning rate": rate, "images a second": imagesPerSecond });
  const figures = [...Object.entries(losses), ...pace].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return (
    <section className="progress" aria-label="Progress">
      <div className="progress-head">
        <span>
          {progress === undefined
            ? job.state === "queued"
              ? "Waits for its turn"
              : "Getting ready …"
            : whereabouts(progress)}
        </span>
        <span>
          {job.started !== undefined && duration(elapsed)}
          {left !== undefined && ` · ${duration(left)} left`}
        </span>
      </div>
      <progress max={1} value={share} aria-label="Share of the training that is done" />
      <p className="progress-losses">
        {figures.length === 0 && " "}
        {figures.map(([name, value]) => (
          <span key={name}>
            {name} <b>{figure(value)}</b>
          </span>
        ))}
      </p>
    </section>
  );
}

/** Trainings count epochs, validations batches alone. */
function whereabouts({ stage, epoch, epochs, batch, batches }: Partial<BatchReport>): string {
  const parts = [
    epoch === undefined ? [] : `Epoch ${epoch} of ${epochs}`,
    batch === undefined ? [] : `${stage === "val" ? "validating, batch" : "batch"} ${batch} of ${batches}`,
  ].flat();
  return parts.join(" · ");
}

/** An epoch's validation comes after its training: it takes about a fifth as long. */
function done({ stage, epoch = 1, epochs = 1, batch = 0, batches = 1 }: Partial<BatchReport>): number {
  const share = batch / Math.max(batches, 1);
  const within = stage === "val" ? 0.85 + 0.15 * share : 0.85 * share;
  return Math.min(1, Math.max(0, (epoch - 1 + within) / Math.max(epochs, 1)));
}

function useClock(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
