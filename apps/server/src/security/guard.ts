import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import helmet, { type HelmetOptions } from "helmet";
import { HttpError } from "../errors/http-error.ts";
import type { FullSettings } from "../settings.ts";
import { ApiKey } from "./api-key.ts";
import { hostName, isLoopback } from "./loopback.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Needs no API key: the page itself, and whether the service lives. */
    isPublic?: boolean;
    /** Belongs to predictions: the key that may only predict opens it, too. */
    isPrediction?: boolean;
    /** Asked so often, by machines that watch, that it is not counted. */
    isUncounted?: boolean;
  }
  interface FastifyRequest {
    /** Whether it came with the key that may only predict. */
    mayOnlyPredict: boolean;
  }
}

/** Where the studio is. */
export const studioPath = "/studio/";

/** What pages may load, and from where. */
const directives = {
  defaultSrc: ["'self'"],
  imgSrc: ["'self'", "blob:", "data:"],
  mediaSrc: ["'self'", "blob:"],
  workerSrc: ["'self'", "blob:"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

const usual: HelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives },
  // TLS is a proxy's business, and so is what applies to its whole domain.
  hsts: false,
  xFrameOptions: { action: "deny" },
  referrerPolicy: { policy: "no-referrer" },
};

/** Headers that keep browsers from doing with an answer what it is not meant for. */
const headers = helmet(usual);

/** Those of the studio, which computes in WebAssembly, with threads: these need a page that is isolated from others. */
const studioHeaders = helmet({
  ...usual,
  crossOriginEmbedderPolicy: { policy: "require-corp" },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      ...directives,
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      connectSrc: ["'self'", "blob:"],
    },
  },
});

/** Adds the checks that every request must pass before its route: whom it asks, from which page, how often, with which key. */
export async function guard(app: FastifyInstance, settings: FullSettings): Promise<void> {
  app.addHook("onRequest", (request, reply, done) => {
    const set = request.url.startsWith(studioPath) ? studioHeaders : headers;
    set(request.raw, reply.raw, () => done());
  });
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("permissions-policy", "camera=(self), microphone=(), geolocation=()");
  });
  app.addHook("onRequest", checkHost(settings));
  if (settings.cors.length > 0) {
    await app.register(cors, {
      origin: settings.cors.includes("*") ? "*" : [...settings.cors],
      methods: ["GET", "HEAD", "POST", "DELETE"],
      allowedHeaders: ["authorization", "content-type", "last-event-id"],
      exposedHeaders: ["retry-after"],
      maxAge: 600,
    });
  }
  app.addHook("onRequest", checkOrigin(settings));
  await limitRate(app, settings);
  app.decorateRequest("mayOnlyPredict", false);
  if (settings.key !== undefined) app.addHook("onRequest", checkKey(settings.key, settings.predictKey));
}

/**
 * Without a key, only names of this machine are answered. A page on the web may have its own name lead to 127.0.0.1 (DNS
 * rebinding) and would then be taken for ours by the browser.
 */
function checkHost({ host, hosts, key }: FullSettings): onRequestAsyncHookHandler {
  const known = new Set(["localhost", "127.0.0.1", "::1", host, ...hosts].map((name) => name.toLowerCase()));
  return async ({ headers }) => {
    const name = hostName(headers.host);
    if (key !== undefined || (name !== undefined && (known.has(name) || isLoopback(name)))) return;
    const message = `This service is not known as "${headers.host ?? ""}"; the setting hosts= names what else it may be called.`;
    throw new HttpError(421, "WRONG_HOST", message);
  };
}

/** Forms of other pages reach us without the browser asking first: their origin distinguishes them. */
function checkOrigin({ cors: allowed }: FullSettings): onRequestAsyncHookHandler {
  return async (request) => {
    const { origin } = request.headers;
    if (origin === undefined || isSafe(request) || allowed.includes("*") || allowed.includes(origin)) return;
    const own = URL.canParse(origin) ? new URL(origin).host : undefined;
    if (own !== undefined && (own === request.headers.host || own === request.host)) return;
    const message = `Pages of ${origin} may not use this service; the setting cors= names those that may.`;
    throw new HttpError(403, "WRONG_ORIGIN", message);
  };
}

function isSafe({ method }: FastifyRequest): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

async function limitRate(app: FastifyInstance, { rate }: FullSettings): Promise<void> {
  if (rate === 0) return;
  await app.register(rateLimit, {
    global: false,
    max: rate,
    timeWindow: 60_000,
    allowList: ({ routeOptions }: FastifyRequest) => routeOptions.config?.isUncounted === true,
    errorResponseBuilder: (_request, { ttl }) => {
      const seconds = Math.ceil(ttl / 1000);
      const message = `One address may make ${rate} requests a minute; try again in ${seconds} seconds.`;
      return new HttpError(429, "RATE_LIMIT", message, { retryAfter: seconds });
    },
  });
  app.addHook("onRequest", app.rateLimit() as onRequestAsyncHookHandler);
}

function checkKey(key: string, predictKey: string | undefined): onRequestAsyncHookHandler {
  const full = new ApiKey(key);
  const predict = predictKey === undefined ? undefined : new ApiKey(predictKey);
  return async (request, reply) => {
    const { method, headers, routeOptions, is404 } = request;
    const { isPublic, isPrediction } = routeOptions.config ?? {};
    if (isPublic === true || full.opens(headers.authorization)) return;
    if (predict?.opens(headers.authorization) === true) {
      request.mayOnlyPredict = true;
      if (isPrediction === true || is404) return;
      const message = `This API key may only predict; ${method} ${routeOptions.url} needs the one that may do everything.`;
      throw new HttpError(403, "PREDICT_ONLY", message);
    }
    reply.header("www-authenticate", "Bearer");
    const message =
      headers.authorization === undefined
        ? "The service needs its API key: send it as the header Authorization: Bearer KEY."
        : "This is not the service's API key.";
    throw new HttpError(401, "UNAUTHORIZED", message);
  };
}
