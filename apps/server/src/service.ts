import type { AddressInfo } from "node:net";
import { LookonceError } from "@lookonce/errors";
import { createApp } from "./app.ts";
import { makeKey } from "./security/api-key.ts";
import { isLoopback } from "./security/loopback.ts";
import type { ServerSettings } from "./settings.ts";

/** A service that listens. */
export interface Service {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  url: string;
  /** The API key that was made because none was given: it cannot be read anywhere later. */
  newKey?: string;
  /** Models that are loaded, by their names in requests. */
  models: readonly string[];
  /** Accepts nothing more, finishes what it accepted, and ends. */
  stop(): Promise<void>;
}

/** Options of {@link startService}. */
export interface StartServiceOptions {
  /** Whether a key may be made, where one is needed and none is given: somebody must see it. */
  mayMakeKey: boolean;
}

/**
 * Starts a service: loads its models and listens.
 *
 * @throws LookonceError when a setting or a model cannot be used, others could reach the service without a key, or the address
 *   cannot be listened on
 */
export async function startService(settings: ServerSettings, { mayMakeKey }: StartServiceOptions): Promise<Service> {
  const { host = "127.0.0.1", port = 8080 } = settings;
  const needsKey = settings.key === undefined && !isLoopback(host);
  if (needsKey && !mayMakeKey) {
    throw new LookonceError(
      "ARGUMENT",
      `others can reach host=${host}: that needs an API key, as key= or in the environment as LOOKONCE_KEY; a new one is ${makeKey()}`,
    );
  }
  const newKey = needsKey ? makeKey() : undefined;
  const app = await createApp({ ...settings, ...(newKey === undefined ? {} : { key: newKey }) });
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw cannotListen(cause as NodeJS.ErrnoException, host, port);
  }
  return {
    url: urlOf(app.server.address() as AddressInfo),
    ...(newKey === undefined ? {} : { newKey }),
    models: app.modelIds(),
    async stop(): Promise<void> {
      await app.drain();
      await app.close();
    },
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} of ${host} is taken by another program: choose another with port=, or port=0 for any free one.`,
    EACCES: `port ${port} may only be used with more rights: choose one from 1024 on.`,
    EADDRNOTAVAIL: `this machine does not have the address ${host}.`,
    ENOTFOUND: `there is no host ${host}.`,
  };
  const reason = reasons[cause.code ?? ""];
  return reason === undefined ? cause : new LookonceError("ARGUMENT", reason, { cause });
}
