import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { pngFile } from "./test-png.ts";
import { childProcesses, formOf, listen, testService } from "./test-service.ts";

const image = pngFile({ width: 64, height: 64 });
const post = (url: string, count = 1): Promise<Response> =>
  fetch(`${url}/v1/predict`, { method: "POST", body: formOf(Array(count).fill(image)) });

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:{.*})? (\\S+)$`, "m").exec(text)?.[1]);
}

describe("a service with much to do", async () => {
  const { app } = await testService({
    maxWaiting: 64,
    maxImages: 64,
    batch: 1,
    timeout: 0.4,
    imgsz: 640,
    maxImgsz: 640,
  });
  const url = await listen(app);

  it("is not ended by Fastify before its jobs have saved themselves", () => {
    expect(app.initialConfig.pluginTimeout).toBe(0);
  });

  it("aborts what is too slow, and what of it has not started", async () => {
    const response = await post(url, 64);
    expect(response.status).toBe(504);
    expect(await response.json()).toEqual({
      error: { code: "TIMEOUT", message: expect.stringMatching(/not there within 0\.4 seconds/) },
    });
    expect(await metric(url, "lookonce_queue_length")).toBe(0);
    await expect.poll(async () => (await post(url)).status, { timeout: 10_000 }).toBe(200);
  });

  it("drops what nobody waits for any more", async () => {
    const sending = request(`${url}/v1/predict`, { method: "POST", headers: { "content-type": "application/json" } });
    sending.on("error", () => {});
    sending.end(JSON.stringify({ images: Array(60).fill(image.toString("base64")) }));
    await expect.poll(() => metric(url, "lookonce_queue_length"), { interval: 5 }).toBeGreaterThan(0);
    sending.destroy();
    await expect.poll(() => metric(url, "lookonce_queue_length"), { interval: 5 }).toBe(0);
  });

  it("refuses more than it accepts, and says when to come again", async () => {
    const answers = await Promise.all([post(url, 40), post(url, 40), post(url, 40)]);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    for (const response of refused) {
      expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
      expect(await response.json()).toMatchObject({ error: { code: "QUEUE_FULL" } });
    }
  });
});

describe("a service that is to end", () => {
  it("accepts nothing more, finishes what it accepted, and ends", async () => {
    const { app } = await testService({ batch: 1, imgsz: 640, maxImgsz: 640, maxImages: 64 });
    const url = await listen(app);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const underWay = post(url, 12);
    await expect.poll(() => metric(url, "lookonce_queue_length"), { interval: 5 }).toBeGreaterThan(0);
    const drained = app.drain();
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { error: { code: "NOT_READY", message: "The service is about to end and accepts nothing more." } },
    ]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const late = await post(url);
    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "5"]);
    await drained;
    const done = await underWay;
    expect([done.status, (await done.json()).images.length]).toEqual([200, 12]);
    await app.close();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it("refuses what was sent before, instead of closing the connection", async () => {
    const { app } = await testService();
    const url = await listen(app);
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
    await once(socket, "connect");
    socket.write("POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    const ended = app.drain().then(() => app.close());
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 503 .*"ENDING"/s);
    await ended;
  });

  it("does not wait for ever", async () => {
    const { app } = await testService({ batch: 1, imgsz: 640, maxImgsz: 640, maxImages: 64, grace: 0.05 });
    const url = await listen(app);
    const underWay = post(url, 60);
    await expect.poll(() => metric(url, "lookonce_queue_length"), { interval: 5 }).toBeGreaterThan(30);
    await app.drain();
    expect(await metric(url, "lookonce_queue_length")).toBeGreaterThan(0);
    void underWay.catch(() => {});
    await app.close();
  });
});

describe.runIf(process.platform === "linux")("a service whose workers do not answer", () => {
  async function stoppedService(grace = 60): Promise<{ app: FastifyInstance; url: string; worker: number }> {
    const before = childProcesses();
    const { app } = await testService({ grace });
    const url = await listen(app);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const [worker] = childProcesses().filter((pid) => !before.includes(pid)) as [number];
    process.kill(worker, "SIGSTOP");
    return { app, url, worker };
  }

  it("is not ready until they are replaced, and answers then what came before", async () => {
    const { url, worker } = await stoppedService();
    const waiting = post(url);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, (await ready.json()).error.message]).toEqual([
      503,
      "No inference worker answers at the moment.",
    ]);
    process.kill(worker, "SIGKILL");
    expect((await waiting).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it("ends all the same", async () => {
    const { app, url, worker } = await stoppedService(0.05);
    const waiting = post(url).catch(() => {});
    await expect.poll(() => metric(url, "lookonce_batch_size_count")).toBe(1);
    const start = performance.now();
    await app.drain();
    await app.close();
    await waiting;
    expect(performance.now() - start).toBeLessThan(5000);
    expect(childProcesses()).not.toContain(worker);
  });
});

describe("what a service reports of itself", async () => {
  const { app } = await testService();
  const url = await listen(app);

  it("is measured", async () => {
    await post(url, 3);
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of [
      /^lookonce_images_total\{model="tiny"\} 3$/m,
      /^lookonce_batch_size_count\{model="tiny"\} \d+$/m,
      /^lookonce_http_request_duration_seconds_count\{method="POST",route="\/v1\/predict",status="200"\} 1$/m,
      /^lookonce_workers_up 1$/m,
      /^lookonce_model_bytes\{model="tiny"\} [1-9]\d*$/m,
      /^process_resident_memory_bytes /m,
    ]) {
      expect(text).toMatch(line);
    }
  });

  it("is described, every route with its answers", async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { summary?: string; responses?: object; requestBody?: { content: object } }>
      >;
    };
    expect(document.openapi).toBe("3.1.0");
    const routes = Object.entries(document.paths);
    expect(routes.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        "/v1/predict",
        "/v1/models",
        "/v1/models/{id}",
        "/v1/jobs",
        "/healthz",
        "/readyz",
        "/metrics",
      ]),
    );
    for (const [path, methods] of routes) {
      for (const [method, { summary, responses }] of Object.entries(methods)) {
        expect([method, path, typeof summary, Object.keys(responses ?? {}).length > 0]).toEqual([
          method,
          path,
          "string",
          true,
        ]);
      }
    }
    const predict = document.paths["/v1/predict"]?.post;
    expect(Object.keys(predict?.requestBody?.content ?? {})).toEqual([
      "multipart/form-data",
      "application/json",
      "image/*",
      "application/octet-stream",
    ]);
  });

  it("answers whoever opens it in a browser", async () => {
    const response = await fetch(`${url}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/(html|plain)/);
  });

  it("keeps a client's connection for the next request", async () => {
    const { port } = new URL(url);
    const { connect } = await import("node:net");
    const socket = connect({ host: "127.0.0.1", port: Number(port) });
    for (let i = 0; i < 2; i++) {
      socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const [data] = await once(socket, "data");
      expect(String(data)).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    socket.destroy();
  });
});
