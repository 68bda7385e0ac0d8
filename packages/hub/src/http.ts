import type { Dispatcher } from "undici";

/** Proxies, as the environment variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name them. */
export interface ProxySettings {
  http?: string | undefined;
  https?: string | undefined;
  /** Hosts that are spoken to directly, with commas between. */
  no?: string | undefined;
}

/**
 * Opens connections, through a proxy where one is named; `timeout` is of connecting, the answer's head, a stall in its body.
 * Node's own fetch reads proxies only since Node 24, and only when asked; undici is the same code as a package.
 */
export async function openConnections(proxy: ProxySettings | undefined, timeout: number): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const limits = { connect: { timeout }, headersTimeout: timeout, bodyTimeout: timeout };
  // Empty texts, not undefined: without them the agent reads the environment itself
  const { http = "", https = "", no = "" } = proxy ?? {};
  if (!http && !https) return new Agent(limits);
  return new EnvHttpProxyAgent({ ...limits, httpProxy: http, httpsProxy: https || http, noProxy: no });
}

/** Why nothing came, in words: `there is no such host (ENOTFOUND)`. */
export function connectionProblem(error: unknown): string {
  const code = codeOf(error);
  const words = problems[code];
  if (words !== undefined) return `${words} (${code})`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return `its certificate is not trusted (${code}); behind a firewall that has one of its own, name that in NODE_EXTRA_CA_CERTS`;
  }
  const messages = messagesOf(error);
  const refused = /Proxy response \((\d+)\)/.exec(messages.join("\n"))?.[1];
  if (refused === "407") return "the proxy asks for a name and a password (407): http://name:password@proxy";
  if (refused !== undefined) return `the proxy refuses it (${refused})`;
  return [messages.at(-1) ?? "", code].filter((part) => part !== "").join(", ");
}

/** What an error and its causes say, the innermost last. */
function messagesOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)].filter((text) => text !== "") : [];
}

const problems: Record<string, string> = {
  ENOTFOUND: "there is no such host, or no connection",
  EAI_AGAIN: "its name cannot be looked up: is there a connection?",
  ECONNREFUSED: "it refuses connections",
  ECONNRESET: "the connection broke",
  ENETUNREACH: "there is no network",
  EHOSTUNREACH: "there is no way to it",
  ETIMEDOUT: "it does not answer",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer",
  UND_ERR_HEADERS_TIMEOUT: "it does not answer",
  UND_ERR_BODY_TIMEOUT: "nothing came any more",
  UND_ERR_SOCKET: "the connection broke",
};

/** The innermost code of an error and its causes; several addresses of a host make an `AggregateError`. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const inner = codeOf(error.cause) || (error instanceof AggregateError ? codeOf(error.errors[0]) : "");
  const own = (error as NodeJS.ErrnoException).code;
  return inner || (typeof own === "string" ? own : "");
}
