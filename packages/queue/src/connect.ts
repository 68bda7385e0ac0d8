import { LookonceError } from "@lookonce/errors";
import type { Queue } from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { loadOptional } from "./load-optional.ts";

/** Options of a connection to a queue. */
export interface ConnectOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://…` over TLS. */
  url: string;
  /** Version of lookonce: jobs are done by workers of the same one. */
  version: string;
  /** Called with lines for people: that the queue does not answer, and that it does again. */
  log?: ((line: string) => void) | undefined;
}

/** An open connection. */
export interface Connection {
  readonly bull: typeof import("bullmq");
  readonly redis: Redis;
  readonly queue: Queue;
  /** The address without the password. */
  readonly shown: string;
  readonly version: string;
  close(): Promise<void>;
}

/** What all keys of ours begin with. */
export const prefix = "lookonce";

/** Milliseconds within which a queue must answer at first. */
const connectTimeoutMs = 5000;

/** The name of the queue of a version. */
export function queueName(version: string): string {
  return `jobs-${version}`;
}

/**
 * Connects to a queue. This loads BullMQ and ioredis, which nothing else does.
 *
 * @throws LookonceError `ARGUMENT` for an address that is none, `IO` when nothing answers there or it refuses the password,
 *   `NOT_FOUND` without the two libraries
 */
export async function connect({ url, version, log = () => {} }: ConnectOptions): Promise<Connection> {
  const shown = shownUrl(url);
  const libraries = "bullmq ioredis";
  const { Redis } = await loadOptional(libraries, "queue=", () => import("ioredis"));
  const bull = await loadOptional(libraries, "queue=", () => import("bullmq"));
  await probe(Redis, url, shown);
  const redis = new Redis(url, patient);
  reportOutages(redis, shown, log);
  const queue = new bull.Queue(queueName(version), { connection: redis, prefix });
  // Faults of the connection are reported above, those of commands where they are awaited
  queue.on("error", () => {});
  const close = async (): Promise<void> => {
    await queue.close();
    redis.disconnect();
  };
  return { bull, redis, queue, shown, version, close };
}

/** Commands wait for as long as the queue is away. */
const patient: RedisOptions = {
  maxRetriesPerRequest: null,
  connectTimeout: connectTimeoutMs,
  retryStrategy: (times) => Math.min(times * 200, 2000),
};

/** The address without the password. @throws LookonceError `ARGUMENT` */
export function shownUrl(url: string): string {
  if (!/^rediss?:\/\//i.test(url) || !URL.canParse(url)) {
    const example = "redis://host:6379, or rediss://user:password@host:6379 over TLS";
    // It may have a password where another program expects one
    throw new LookonceError("ARGUMENT", `queue must be the address of a Redis, such as ${example}.`);
  }
  const parsed = new URL(url);
  if (parsed.password !== "") parsed.password = "***";
  return parsed.href;
}

/** Asks once whether somebody answers, so that a mistake is an error and no wait. */
async function probe(Client: typeof Redis, url: string, shown: string): Promise<void> {
  const redis = new Client(url, {
    ...{ lazyConnect: true, maxRetriesPerRequest: 0, connectTimeout: connectTimeoutMs, enableOfflineQueue: false },
    retryStrategy: () => null,
  });
  let fault: Error | undefined;
  redis.on("error", (error: Error) => {
    fault ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw describe(fault ?? (error as Error), shown);
  } finally {
    redis.disconnect();
  }
}

function describe(cause: NodeJS.ErrnoException, shown: string): LookonceError {
  const { message, code } = cause;
  const say = (sentence: string): LookonceError => new LookonceError("IO", sentence, { cause });
  if (/NOAUTH/.test(message)) {
    return say(`the queue at ${shown} wants a password: redis://:password@host:port, or set one with its user.`);
  }
  if (/WRONGPASS|invalid password|AUTH failed/i.test(message)) {
    return say(`the queue at ${shown} does not accept the password or the user in its address.`);
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return say(`there is no machine of that name for the queue at ${shown}: check the address.`);
  }
  if (code === "ECONNREFUSED" || code === "ETIMEDOUT" || /timed? ?out|closed/i.test(message)) {
    const hint = "Is Redis running there, and does it listen to this machine?";
    return say(`nothing answers at the queue ${shown} (${code ?? message}). ${hint}`);
  }
  return say(`the queue at ${shown} cannot be used: ${message}`);
}

function reportOutages(redis: Redis, shown: string, log: (line: string) => void): void {
  let isOut = false;
  redis.on("error", (error: NodeJS.ErrnoException) => {
    if (isOut) return;
    isOut = true;
    log(`the queue at ${shown} does not answer (${error.code ?? error.message}); waiting for it`);
  });
  redis.on("ready", () => {
    if (isOut) log(`the queue at ${shown} answers again`);
    isOut = false;
  });
}
