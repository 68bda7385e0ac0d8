import { createRequire } from "node:module";
import { LookonceError } from "@lookonce/errors";
import type { Attributes, TracerProvider } from "@opentelemetry/api";

/** Where a span belongs, as text that travels with a job: `traceparent` and `tracestate` of W3C's Trace Context. */
export type TraceContext = Readonly<Record<string, string>>;

/** Options of {@link Tracing.span}. */
export interface SpanOptions {
  /** The span that this one is part of (default: the one that runs now). */
  parent?: TraceContext;
  attributes?: Attributes;
  /** `consumer`: it carries out what somebody else has handed over. */
  kind?: "internal" | "producer" | "consumer";
}

/** A span that has not ended. */
export interface Span {
  set(attributes: Attributes): void;
  /** Notes something that happened during it. */
  event(name: string, attributes?: Attributes): void;
  /** Marks it as failed where nothing is thrown. */
  fail(reason: string): void;
}

/** Spans of OpenTelemetry. */
export interface Tracing {
  /** Whether anybody receives the spans. */
  readonly isOn: boolean;
  /** The context of what runs now; undefined where nothing is traced. */
  current(): TraceContext | undefined;
  /** Does something in a span, which ends with it and has failed when it throws. */
  span<T>(name: string, options: SpanOptions, action: (span: Span) => Promise<T>): Promise<T>;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

const noSpan: Span = { set() {}, event() {}, fail() {} };

/** Traces nothing. */
export const untraced: Tracing = {
  isOn: false,
  current: () => undefined,
  span: (_name, _options, action) => action(noSpan),
  close: async () => {},
};

/** Whether the environment names who receives traces, in OpenTelemetry's usual variables. */
export function isTracingRequested(env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none") return false;
  const names = ["OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  return names.some((name) => env[name]);
}

/**
 * Loads OpenTelemetry. A program that was started with an SDK (`node --import`) keeps it; for others, `@opentelemetry/sdk-node` is
 * started, which reads where to send spans from its `OTEL_` variables.
 *
 * @param service its name in traces, unless `OTEL_SERVICE_NAME` says another
 * @throws LookonceError `UNSUPPORTED` when a library is missing, with the command that installs it
 */
export async function startTracing(service: string): Promise<Tracing> {
  const api = await loadTracing(() => import("@opentelemetry/api"));
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  const provider = trace.getTracerProvider();
  const isRegistered = !(provider instanceof api.ProxyTracerProvider) || hasDelegate(provider);
  const sdk = isRegistered ? undefined : await startSdk(service);
  const tracer = trace.getTracer("lookonce");
  const kinds = { internal: SpanKind.INTERNAL, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };
  return {
    isOn: true,
    current() {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return Object.keys(carrier).length === 0 ? undefined : carrier;
    },
    span(name, { parent, attributes = {}, kind = "internal" }, action) {
      const active = context.active();
      const within = parent === undefined ? active : propagation.extract(active, parent);
      return tracer.startActiveSpan(name, { kind: kinds[kind], attributes }, within, async (span) => {
        const fail = (message: string): void => void span.setStatus({ code: SpanStatusCode.ERROR, message });
        try {
          return await action({
            set: (more) => void span.setAttributes(more),
            event: (name, about) => void span.addEvent(name, about),
            fail,
          });
        } catch (error) {
          span.recordException(error as Error);
          fail((error as Error).message);
          throw error;
        } finally {
          span.end();
        }
      });
    },
    close: async () => sdk?.shutdown(),
  };
}

function hasDelegate(provider: TracerProvider & { getDelegateTracer(name: string): unknown }): boolean {
  return provider.getDelegateTracer("lookonce") !== undefined;
}

/** The part of `@opentelemetry/sdk-node` that is used; the library itself is no dependency, not even for types. */
interface Sdk {
  start(): void;
  shutdown(): Promise<void>;
}

async function startSdk(service: string): Promise<Sdk> {
  const require = createRequire(import.meta.url);
  // Installed by those who want traces: bundlers and checkers do not follow a variable
  const name = "@opentelemetry/sdk-node";
  const library = async (): Promise<{ NodeSDK: new (settings: { serviceName?: string }) => Sdk }> => require(name);
  const { NodeSDK } = await loadTracing(library);
  const sdk = new NodeSDK(process.env.OTEL_SERVICE_NAME ? {} : { serviceName: service });
  sdk.start();
  return sdk;
}

/**
 * Loads a library that only those have who want traces.
 *
 * @throws LookonceError `UNSUPPORTED` when it is missing, with the command that installs all of them
 */
export async function loadTracing<T>(library: () => Promise<T>): Promise<T> {
  try {
    return await library();
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(code)) throw cause;
    const message =
      "Traces need OpenTelemetry, which is not installed: npm install @opentelemetry/api @opentelemetry/sdk-node @fastify/otel";
    throw new LookonceError("UNSUPPORTED", message, { cause });
  }
}
