import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether the tests can start a Redis of their own; says how they could. */
export function hasRedis(): boolean {
  const isThere = spawnSync("redis-server", ["--version"]).status === 0;
  if (!isThere) console.warn("Skipped, because there is no redis-server: apt-get install redis-server");
  return isThere;
}

/** A Redis on a free port of this machine, with an append-only file, so that it can be ended by force and started again. */
export class TestRedis {
  readonly #folder = mkdtempSync(join(tmpdir(), "test-redis-"));
  readonly #password: string | undefined;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number, password: string | undefined) {
    this.#port = port;
    this.#password = password;
  }

  static async start({ password }: { password?: string } = {}): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), password);
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://${this.#password === undefined ? "" : `:${this.#password}@`}127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const settings = {
      ...{ port: this.#port, bind: "127.0.0.1", dir: this.#folder, save: "", appendonly: "yes", appendfsync: "always" },
      ...(this.#password === undefined ? {} : { requirepass: this.#password }),
    };
    const given = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const child = spawn("redis-server", given, { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += chunk;
        if (text.includes("Ready to accept connections")) resolve();
      });
      child.once("exit", () => reject(new Error(`redis-server ended: ${text}`)));
    });
  }

  /** Ends it by force. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits until something is true. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !(await condition()); await sleep(20)) {
    if (performance.now() > end) throw new Error("it did not come to pass in time");
  }
}
