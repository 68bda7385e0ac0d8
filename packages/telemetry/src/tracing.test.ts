import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it } from "vitest";
import { isTracingRequested, startTracing, untraced } from "./index.ts";

afterEach(() => {
  for (const api of [trace, context, propagation]) api.disable();
});

describe("tracing", () => {
  it("is asked for by the usual variables", () => {
    expect(isTracingRequested({})).toBe(false);
    expect(isTracingRequested({ OTEL_SERVICE_NAME: "a" })).toBe(false);
    expect(isTracingRequested({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318" })).toBe(true);
    expect(isTracingRequested({ OTEL_TRACES_EXPORTER: "console" })).toBe(true);
    expect(isTracingRequested({ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://a" })).toBe(false);
    expect(isTracingRequested({ OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://a" })).toBe(false);
  });

  it("connects spans within a program, and by their context those of another one", async () => {
    const exporter = new InMemorySpanExporter();
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
    const tracing = await startTracing("lookonce");
    expect(tracing.current()).toBeUndefined();
    const carried = await tracing.span("outer", { attributes: { a: 1 } }, async (span) => {
      span.set({ b: 2 });
      await new Promise(setImmediate);
      await tracing.span("inner", {}, async ({ event }) => event("epoch", { epoch: 3 }));
      return tracing.current();
    });
    expect(carried?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const parent = JSON.parse(JSON.stringify(carried));
    const failing = tracing.span("later", { parent, kind: "consumer" }, async () => {
      throw new Error("no memory");
    });
    await expect(failing).rejects.toThrow("no memory");
    const [inner, outer, later] = exporter.getFinishedSpans();
    expect([inner?.name, outer?.name, later?.name]).toEqual(["inner", "outer", "later"]);
    expect(outer?.attributes).toEqual({ a: 1, b: 2 });
    expect(inner?.events[0]).toMatchObject({ name: "epoch", attributes: { epoch: 3 } });
    for (const span of [inner, later]) {
      expect(span?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
      expect(span?.spanContext().traceId).toBe(outer?.spanContext().traceId);
    }
    expect(later).toMatchObject({
      kind: SpanKind.CONSUMER,
      status: { code: SpanStatusCode.ERROR, message: "no memory" },
    });
    await tracing.close();
  });

  it("says what to install where no program set OpenTelemetry up and its SDK is missing", async () => {
    await expect(startTracing("lookonce")).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("npm install @opentelemetry/api @opentelemetry/sdk-node @fastify/otel"),
    });
  });

  it("does nothing but the work where nobody asked for it", async () => {
    expect(await untraced.span("a", {}, async (span) => span.event("b") ?? 7)).toBe(7);
    expect(untraced.current()).toBeUndefined();
  });
});
