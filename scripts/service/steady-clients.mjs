import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isSameImage, postImage } from "./start-service.mjs";

/** Milliseconds over which the rate of answers is measured. */
const rateWindowMs = 10_000;

/**
 * Clients from 16 addresses that send images and check what comes back: each must be answered with the expected boxes, or
 * refused with a time after which to try again.
 */
export class SteadyClients {
  /** What failed, in sentences. */
  faults = [];
  /** Times at which images were answered with detections. */
  foundAt = [];
  /** Requests that were sent after this time need no answer: the service ends. */
  endsAt = Number.POSITIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #agents = Array.from({ length: 16 }, (_, i) => new http.Agent({ keepAlive: true, localAddress: `127.0.1.${i + 1}` }));

  /** @param images `{ file, bytes, expected }`, with what the library finds in the file */
  constructor(url, images, rng) {
    Object.assign(this, { url, images, rng });
  }

  /** Images a second when each client has one request under way all the time (closed loop). */
  async measureCapacity(seconds) {
    const counts = newCounts();
    const end = performance.now() + 1000 * seconds;
    const client = async () => {
      while (performance.now() < end) await this.#predict(counts, 0);
    };
    await Promise.all(this.#agents.map(client));
    return counts.latencies.length / seconds;
  }

  /**
   * Sends requests at random moments, whether or not those before are answered (open loop), `times` as many as are answered; 0 keeps
   * the rate.
   *
   * @param rate requests a second at the start
   * @param onRate called every second with the present rate
   * @returns what came of requests that were sent after `warmupSeconds`, when all are answered; and the last rate, at once
   */
  async offer(seconds, { rate, times, warmupSeconds = 0, onRate = () => {} }) {
    const counts = newCounts();
    const start = performance.now();
    const countedFrom = start + 1000 * warmupSeconds;
    const underWay = [];
    let [next, nextSecond, current] = [start, start + 1000, rate];
    while (next < start + 1000 * seconds) {
      if (next > performance.now()) await sleep(next - performance.now());
      underWay.push(this.#predict(counts, countedFrom));
      if (performance.now() > nextSecond) {
        nextSecond += 1000;
        current = this.#nextRate(current, times);
        onRate(current);
      }
      next += (-1000 * Math.log(1 - this.rng.uniform())) / current;
    }
    return { rate: current, counts: Promise.all(underWay).then(() => counts) };
  }

  close() {
    for (const agent of this.#agents) agent.destroy();
  }

  async #predict(counts, countedFrom) {
    const { file, bytes, expected } = this.rng.choice(this.images);
    const sent = performance.now();
    if (sent >= countedFrom) counts.sent++;
    try {
      const { status, body, retryAfter } = await postImage(this.url, bytes, { agent: this.rng.choice(this.#agents) });
      const now = performance.now();
      if (status === 200) {
        this.foundAt.push(now);
        if (sent >= countedFrom) counts.latencies.push(now - sent);
        if (!isSameImage(body.images[0], expected)) {
          this.faults.push(
            `the answer for ${file} is ${JSON.stringify(body.images[0])}, not ${JSON.stringify(expected)}`,
          );
        }
      } else if ((status === 503 || status === 429) && retryAfter > 0) {
        this.#refusedAt = now;
        if (sent >= countedFrom) counts.refused.push(now - sent);
      } else if (status === 504 && retryAfter > 0) {
        // It waited for its whole time, which counts as one that was answered then
        if (sent >= countedFrom) counts.latencies.push(now - sent);
      } else this.faults.push(`an image was answered with ${status} ${JSON.stringify(body)}`);
    } catch (error) {
      if (sent > this.endsAt) return;
      const [age, left] = [performance.now() - sent, this.endsAt - sent].map(Math.round);
      const end = left < Number.POSITIVE_INFINITY ? `, sent ${left} ms before the service was to end` : "";
      this.faults.push(`a request got no answer but ${error.code ?? error.message} after ${age} ms${end}`);
    }
  }

  /** While nothing is refused, the service can do more than was asked for. */
  #nextRate(rate, times) {
    if (times === 0) return rate;
    const since = performance.now() - rateWindowMs;
    const first = this.foundAt.findLastIndex((time) => time < since) + 1;
    const answered = (1000 * (this.foundAt.length - first)) / rateWindowMs;
    // A service that stands still, as all do on a machine that is too busy, is not flooded
    const next = this.#refusedAt < since ? Math.min(1.1 * rate, 2 * times * answered) : times * answered;
    return Math.max(1, next);
  }
}

const newCounts = () => ({ sent: 0, latencies: [], refused: [] });
