import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startTracing } from "@lookonce/telemetry";
import { context, propagation, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JobAnswer, quick, type ServiceFolders, serviceFolders, startService, waitFor } from "./test-service.ts";

let folders: ServiceFolders;
let app: FastifyInstance;
/** A model that the service was started with. */
let loaded: string;
const spans = new InMemorySpanExporter();
beforeAll(async () => {
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).register();
  const tracing = await startTracing("lookonce");
  const modelPath = (name: string): string | undefined => (name === "loaded" ? loaded : undefined);
  folders = await serviceFolders({ maxQueued: 2, modelPath, tracing });
  mkdirSync(join(folders.root, "elsewhere"));
  loaded = join(folders.root, "elsewhere", "model.yaml");
  copyFileSync(join(folders.root, "models", "tiny.yaml"), loaded);
  app = await startService(folders.options);
});
afterAll(async () => {
  await app.close();
  for (const api of [trace, context, propagation]) api.disable();
});

const over = ["succeeded", "failed", "canceled"];
const training = { kind: "train", model: "tiny", data: "shapes/shapes", options: quick };

async function post(payload: object): Promise<JobAnswer> {
  const answer = await app.inject({ method: "POST", url: "/v1/jobs", payload });
  expect(answer.statusCode, answer.body).toBe(202);
  expect(answer.headers.location).toBe(`/v1/jobs/${answer.json().id}`);
  return answer.json();
}

const cancel = (id: string) => app.inject({ method: "POST", url: `/v1/jobs/${id}/cancel` });

interface ReceivedEvent {
  id: number;
  type: string;
  data: Record<string, unknown>;
}

/** Events of a job, from an answer's text. */
function eventsIn(text: string): ReceivedEvent[] {
  const found = text.matchAll(/^id: (\d+)\nevent: (\w+)\ndata: (.*)$/gm);
  return [...found].map(([, id, type, data]) => ({
    id: Number(id),
    type: String(type),
    data: JSON.parse(String(data)),
  }));
}

async function eventsOf(id: string, headers: Record<string, string> = {}): Promise<ReceivedEvent[]> {
  const { body, statusCode, headers: given } = await app.inject({ url: `/v1/jobs/${id}/events`, headers });
  expect([statusCode, given["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  return eventsIn(body);
}

describe("a training", () => {
  let job: JobAnswer;
  beforeAll(async () => {
    const { id, state } = await post(training);
    expect(["queued", "running"]).toContain(state);
    job = await waitFor(app, { id, states: over });
  });

  it("leaves a run, and reports its result", async () => {
    expect(job).toMatchObject({ state: "succeeded", run: "train", starts: 1, options: quick, canceling: false });
    expect(job.result).toMatchObject({ run: "train", epochs: 2, best: "weights/best.safetensors", images: 2 });
    expect(job.result?.map50).toEqual(expect.any(Number));
    expect(job.progress).toEqual({ epoch: 2, epochs: 2, batch: 2, batches: 2 });
    const names = job.artifacts?.map(({ name }) => name);
    for (const name of ["args.yaml", "results.csv", "weights/best.safetensors", "weights/last.safetensors"]) {
      expect(names).toContain(name);
    }
    const file = await app.inject(`/v1/jobs/${job.id}/artifacts/results.csv`);
    expect(file.body).toBe(readFileSync(join(folders.options.runsRoot, "train", "results.csv"), "utf8"));
    const weights = await app.inject(`/v1/jobs/${job.id}/artifacts/weights/best.safetensors`);
    expect(
      weights.rawPayload.equals(readFileSync(join(folders.options.runsRoot, "train/weights/best.safetensors"))),
    ).toBe(true);
    expect((await app.inject(`/v1/jobs/${job.id}/artifacts/../../x`)).statusCode).toBe(404);
    expect((await app.inject("/v1/runs/train")).json()).toMatchObject({ epochs: 2 });
    expect(existsSync(`${folders.options.database}.job-${job.id}.lock`)).toBe(false);
  });

  it("is traced with the request that added it", () => {
    const found = spans.getFinishedSpans();
    const [span, ...others] = found.filter(({ attributes }) => attributes["lookonce.job.id"] === Number(job.id));
    expect([span?.name, others]).toEqual(["job train", []]);
    expect(span?.attributes).toMatchObject({ "lookonce.job.kind": "train", "lookonce.model": "tiny" });
    expect(span?.events.map(({ name, attributes }) => [name, attributes?.epoch])).toEqual([
      ["epoch", 1],
      ["epoch", 2],
    ]);
    const parents = found.filter((one) => one.spanContext().spanId === span?.parentSpanContext?.spanId);
    expect(parents.map(({ attributes }) => attributes["http.route"] ?? attributes["url.path"])).toEqual(["/v1/jobs"]);
    expect(parents[0]?.spanContext().traceId).toBe(span?.spanContext().traceId);
    expect(JSON.stringify(job)).not.toContain("traceparent");
  });

  it("reported its progress", async () => {
    const events = await eventsOf(job.id);
    const of = (type: string): ReceivedEvent["data"][] =>
      events.filter((event) => event.type === type).map(({ data }) => data);
    expect(of("state").map(({ state }) => state)).toEqual(["queued", "running", "succeeded"]);
    expect(of("epoch").map(({ epoch, epochs }) => [epoch, epochs])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(of("epoch")[0]).toMatchObject({
      losses: { box: expect.any(Number) },
      metrics: { map50: expect.any(Number) },
      best: true,
    });
    expect(of("epoch")[0]?.lr).toHaveLength(3);
    expect(of("batch")).toContainEqual(expect.objectContaining({ stage: "train", epoch: 2, batch: 2, batches: 2 }));
    expect(of("artifact")).toContainEqual(expect.objectContaining({ name: "weights/best.safetensors" }));
    expect(of("log").some(({ message }) => String(message).startsWith("train: 8 images"))).toBe(true);
    expect(JSON.stringify(events)).not.toContain(folders.root);
    expect(events.at(-1)).toMatchObject({ type: "state", data: { state: "succeeded", result: { epochs: 2 } } });
  });

  it("is followed on from the last event that a listener knows", async () => {
    const events = await eventsOf(job.id);
    const known = events[3] as ReceivedEvent;
    expect(await eventsOf(job.id, { "last-event-id": String(known.id) })).toEqual(events.slice(4));
    expect(await eventsOf(job.id, { "last-event-id": "nonsense" })).toEqual(events);
    // Nothing is to come: clients learn not to ask again
    const last = { "last-event-id": String(events.at(-1)?.id) };
    const { statusCode, body } = await app.inject({ url: `/v1/jobs/${job.id}/events`, headers: last });
    expect([statusCode, body]).toEqual([204, ""]);
  });

  it("leaves weights that are validated; models that are loaded are exported", async () => {
    const model = "train/weights/best.safetensors";
    const jobs = [
      await post({
        kind: "val",
        model,
        data: "shapes/shapes.yaml",
        options: { imgsz: 64, workers: 0, plots: false, save_json: true },
      }),
      await post({ kind: "export", model: "loaded", options: { imgsz: 64 } }),
    ];
    const [val, exported] = await Promise.all(jobs.map(({ id }) => waitFor(app, { id, states: over })));
    expect(val, JSON.stringify(val)).toMatchObject({ state: "succeeded", run: "val", result: { images: 2 } });
    expect(val?.result?.map50_95).toBe(job.result?.map50_95);
    expect(val?.artifacts?.map(({ name }) => name)).toEqual(["predictions.json"]);
    expect(exported, JSON.stringify(exported)).toMatchObject({
      state: "succeeded",
      run: "export",
      result: { file: "model.onnx" },
    });
    expect(exported?.artifacts?.map(({ name }) => name)).toEqual(["model.onnx"]);
  });
});

describe("waiting and running jobs", () => {
  it("are followed live and canceled, and the queue has an end", async () => {
    const long = { ...training, options: { ...quick, epochs: 1000 } };
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const running = await post(long);
    const waiting = [await post(long), await post(long)];
    const full = await app.inject({ method: "POST", url: "/v1/jobs", payload: long });
    expect([full.statusCode, full.json().error.code, full.headers["retry-after"]]).toEqual([503, "QUEUE_FULL", "60"]);

    for (const { id } of waiting) {
      const { statusCode, body } = await cancel(id);
      expect([statusCode, JSON.parse(body).state]).toEqual([202, "canceled"]);
      const again = await cancel(id);
      expect([again.statusCode, again.json().error]).toEqual([
        409,
        { code: "JOB_OVER", message: `Job ${id} is over already: it is canceled.` },
      ]);
      const files = await app.inject(`/v1/jobs/${id}/artifacts/results.csv`);
      expect([files.statusCode, files.json().error.code]).toEqual([404, "NOT_FOUND"]);
    }

    // Two listeners, one of which goes away; the other hears of the end, too.
    const leaver = new AbortController();
    const left = fetch(`${address}/v1/jobs/${running.id}/events`, { signal: leaver.signal });
    const response = await fetch(`${address}/v1/jobs/${running.id}/events`);
    let text = "";
    let canceled: string | undefined;
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (canceled !== undefined || !text.includes("event: epoch")) continue;
      leaver.abort();
      canceled = (await cancel(running.id)).json().state;
    }
    await left.then((answer) => answer.text()).catch(() => {});
    expect(canceled).toBe("running");
    expect(eventsIn(text).at(-1)).toMatchObject({ type: "state", data: { state: "canceled" } });
    const job = await waitFor(app, { id: running.id, states: over });
    expect(job).toMatchObject({ state: "canceled", canceling: true });
    // What it had learned stays.
    expect(job.artifacts?.map(({ name }) => name)).toContain("weights/last.safetensors");
  });
});

describe("requests", () => {
  it.each([
    [{ ...training, model: "missing" }, 404, 'no model "missing"'],
    [{ ...training, model: "../tiny" }, 404, "no model"],
    [{ ...training, model: "/etc/passwd" }, 404, "no model"],
    [{ ...training, model: "elsewhere/model.yaml" }, 404, "no model"],
    [{ ...training, data: "shape/shapes" }, 404, 'Did you mean "shapes/shapes"?'],
    [{ ...training, data: "../models/tiny.yaml" }, 404, "no data set"],
    [{ kind: "train", model: "tiny" }, 400, '"train" needs data'],
    [{ kind: "export", model: "tiny", data: "shapes/shapes" }, 400, "with int8 alone"],
    [{ ...training, options: { epoch: 1 } }, 400, 'Did you mean "epochs"?'],
    [{ ...training, kind: "evolve" }, 400, "kind"],
    [{ ...training, name: "x" }, 400, "additional properties"],
    [{ kind: "train" }, 400, "model"],
  ])("refuses %j", async (payload, status, message) => {
    const { statusCode, body } = await app.inject({ method: "POST", url: "/v1/jobs", payload });
    expect(body).toContain(JSON.stringify(message).slice(1, -1));
    expect(statusCode).toBe(status);
    expect(body).not.toContain(folders.root);
  });

  it.each([
    "/v1/jobs/999",
    "/v1/jobs/0",
    "/v1/jobs/x",
    "/v1/jobs/1e3",
    "/v1/jobs/999/events",
    "/v1/jobs/-1/artifacts/a",
  ])("knows nothing of %s", async (url) => {
    const { statusCode, body } = await app.inject(url);
    expect([statusCode, JSON.parse(body).error.code]).toEqual([404, "NOT_FOUND"]);
  });

  it("lists jobs and data sets", async () => {
    const { jobs } = (await app.inject("/v1/jobs?limit=3")).json();
    expect(jobs).toHaveLength(3);
    expect(Number(jobs[0].id)).toBeGreaterThan(Number(jobs[1].id));
    const canceled = (await app.inject("/v1/jobs?state=canceled")).json().jobs;
    expect(canceled.every(({ state }: JobAnswer) => state === "canceled")).toBe(true);
    expect((await app.inject("/v1/jobs?state=lost")).statusCode).toBe(400);
    expect((await app.inject("/v1/datasets")).json()).toEqual({
      datasets: [{ id: "shapes/shapes", file: "shapes/shapes.yaml" }],
    });
  });

  it("reports why a job failed", async () => {
    const { id } = await post({ ...training, options: { ...quick, freeze: [99] } });
    const job = await waitFor(app, { id, states: over });
    expect(job).toMatchObject({ state: "failed", starts: 1, error: { code: "ARGUMENT" } });
    expect(job.error?.message).toContain("no layer 99");
  });
});
