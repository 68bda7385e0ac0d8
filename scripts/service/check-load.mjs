import { median, percentile } from "./start-service.mjs";

/** Share of its memory by which a service may grow in the second half of a run; MiB that it may grow in any case. */
const [maxGrowth, minGrowthMebibytes] = [0.05, 32];

/** How much slower 95 of 100 images may be answered with hostile clients than without. */
const maxDelay = 1.5;

/** Milliseconds between two answered images in which a service is ready, and those without any in which it is not. */
const [readyMs, deadMs] = [4000, 15_000];

/**
 * What fails in a service under load, in sentences, and the numbers that were compared.
 *
 * @param segments each with its `kind` (`calm`, or which hostile clients there were) and its `latencies` in milliseconds
 * @param foundAt times at which images were answered with detections, ascending
 * @param seen what {@link watchService} saw
 */
export function checkLoad({ segments, foundAt, seen, queue }) {
  const faults = [];
  const of = (kind) => segments.filter((segment) => segment.kind === kind).map(({ latencies }) => latencies);
  const calm = p95(of("calm"));
  const delays = {};
  for (const kind of new Set(segments.map((segment) => segment.kind))) {
    const time = p95(of(kind));
    const ratio = time / calm;
    delays[kind] = { images: of(kind).flat().length, p95: Math.round(time), ratio: Number(ratio.toFixed(3)) };
    if (ratio <= maxDelay) continue;
    const times = `${ms(time)} with hostile clients (${kind}) and ${ms(calm)} without`;
    faults.push(`95 of 100 images took up to ${times}: ${ratio.toFixed(2)} times as long`);
  }
  if (!(seen.longest <= queue)) faults.push(`${seen.longest} images waited at a time, where ${queue} may`);

  const second = seen.memory.slice(seen.memory.length >> 1);
  const level = median(second.map(({ all }) => all));
  const growth = slope(second.map(({ at, all }) => [at, all])) * (second.at(-1).at - second[0].at);
  if (!(growth <= Math.max(maxGrowth * level, minGrowthMebibytes))) {
    faults.push(`memory grew by ${growth.toFixed()} MiB in the second half, at ${level.toFixed()} MiB`);
  }

  for (const { at, status, text } of seen.health) {
    if (status !== 200) faults.push(`/healthz said ${status} after ${ms(at)}: ${text}`);
  }
  for (const { at, ms: spent, status, text } of seen.ready) {
    const [before, after] = [foundAt.findLast((time) => time <= at), foundAt.find((time) => time >= at + spent)];
    if (status === 200 && !(before > at - deadMs || after < at + spent + deadMs)) {
      faults.push(`/readyz said ready after ${ms(at)}, but no image was answered for ${ms(deadMs)} before and after`);
    }
    if (status !== 200 && after - before < readyMs) {
      faults.push(`/readyz said ${status} after ${ms(at)} while images were answered: ${text}`);
    }
  }
  const slowest = (list) => Math.round(Math.max(...list.map((one) => one.ms)));
  return {
    faults,
    report: {
      delays,
      longestQueue: seen.longest,
      memory: { mebibytes: Math.round(level), growthInSecondHalf: Number(growth.toFixed(1)) },
      slowestMs: { healthz: slowest(seen.health), readyz: slowest(seen.ready) },
    },
  };
}

/** Of segments, the median of the milliseconds in which 95 of 100 images were answered: other work on the machine comes and goes. */
function p95(segments) {
  return median(segments.map((latencies) => percentile(latencies, 0.95) ?? Number.POSITIVE_INFINITY));
}

/** The median of the slopes between all pairs of points (Theil and Sen): single peaks do not change it. */
function slope(points) {
  const slopes = points.flatMap(([x, y], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)));
  return slopes.length === 0 ? 0 : median(slopes);
}

const ms = (time) => `${(time / 1000).toFixed(1)} s`;
