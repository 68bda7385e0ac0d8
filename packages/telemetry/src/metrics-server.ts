import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LookonceError } from "@lookonce/errors";
import type { Registry } from "prom-client";

/** Options of {@link serveMetrics}. */
export interface MetricsServerOptions {
  /** Where it listens: a port of this machine alone, or `host:port`; port 0 is any free one. */
  address: string;
  /** What `/metrics` shows. */
  registry: Registry;
  /** Returns why `/readyz` is 503, in a sentence; undefined when the program can work. */
  whyNotReady?: () => string | undefined | Promise<string | undefined>;
}

/** A server that shows how a program is. */
export interface MetricsServer {
  /** Such as `http://127.0.0.1:9464`. */
  url: string;
  close(): Promise<void>;
}

/**
 * Answers `/healthz` (the program lives), `/readyz` (it can work) and `/metrics` (for Prometheus), for programs that are no
 * service themselves. It keeps no program from ending.
 *
 * @throws LookonceError `ARGUMENT` when the address cannot be listened on
 */
export async function serveMetrics({ address, registry, whyNotReady }: MetricsServerOptions): Promise<MetricsServer> {
  const answers: Readonly<Record<string, () => Promise<[status: number, type: string, body: string]>>> = {
    "/healthz": async () => [200, "application/json", JSON.stringify({ status: "ok" })],
    "/readyz": async () => {
      const message = await whyNotReady?.();
      if (message === undefined) return [200, "application/json", JSON.stringify({ status: "ready" })];
      return [503, "application/json", JSON.stringify({ error: { code: "NOT_READY", message } })];
    },
    "/metrics": async () => [200, registry.contentType, await registry.metrics()],
  };
  const server = createServer(async ({ method, url = "" }, response) => {
    const answer = answers[url.split("?")[0] ?? ""];
    const isRead = method === "GET" || method === "HEAD";
    if (answer === undefined || !isRead) return response.writeHead(isRead ? 404 : 405).end();
    try {
      const [status, type, body] = await answer();
      response.writeHead(status, { "content-type": type }).end(method === "HEAD" ? undefined : body);
    } catch {
      response.writeHead(500).end();
    }
  });
  await listen(server, address);
  server.unref();
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, address: string): Promise<void> {
  const [, host = "127.0.0.1", digits] = /^(?:\[?([^\]]+?)\]?:)?(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  if (!(port <= 65_535)) {
    throw new LookonceError("ARGUMENT", `${address} is no address for measurements: 9464 and 0.0.0.0:9464 are.`);
  }
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, resolve);
    });
  } catch (cause) {
    const { message } = cause as Error;
    throw new LookonceError("ARGUMENT", `measurements cannot be shown at ${host}:${port}: ${message}`, { cause });
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
