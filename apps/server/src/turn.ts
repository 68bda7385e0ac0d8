import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { HttpError } from "./errors/http-error.ts";

/** Routes whose answers are waited for when the service is to end; jobs and streams of events look after themselves. */
const awaited = /^\/v1\/(predict|models|track)/;

/** Milliseconds in which requests that are on their way arrive and are refused. */
const lastRequestsMs = 100;

/** A service's turn: it accepts work until its turn is over; then it finishes what it accepted. */
export class Turn {
  readonly #app: FastifyInstance;
  readonly #grace: number;
  #isOver = false;
  #underWay = 0;
  #whenIdle: () => void = () => {};

  /** @param grace seconds that work under way is given */
  constructor(app: FastifyInstance, grace: number) {
    this.#app = app;
    this.#grace = grace;
    app.decorate("drain", () => this.#end());
  }

  /** Why nothing is taken on, if so. */
  get reason(): string | undefined {
    return this.#isOver ? "The service is about to end and accepts nothing more." : undefined;
  }

  /** Counts the requests that are under way, and refuses new ones once the turn is over. */
  watch(): void {
    this.#app.addHook("onRequest", async ({ routeOptions }, reply) => {
      const { isPublic, isUncounted } = routeOptions.config ?? {};
      if (this.reason !== undefined && isPublic !== true && isUncounted !== true) {
        reply.header("connection", "close");
        throw new HttpError(503, "ENDING", this.reason, { retryAfter: 5 });
      }
      if (!awaited.test(routeOptions.url ?? "")) return;
      this.#underWay++;
      reply.raw.once("close", () => {
        if (--this.#underWay === 0) this.#whenIdle();
      });
    });
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000 * this.#grace);
        this.#whenIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    // Requests that were sent before get a refusal, not a connection that breaks
    await sleep(lastRequestsMs);
  }
}
