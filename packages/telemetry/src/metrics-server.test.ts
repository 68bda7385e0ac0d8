import { Gauge, Registry } from "prom-client";
import { expect, it, onTestFinished } from "vitest";
import { serveMetrics } from "./index.ts";

function oneGauge(): Registry {
  const registry = new Registry();
  new Gauge({ name: "answer", help: "of all", registers: [registry] }).set(42);
  return registry;
}

it("shows whether a program lives, can work, and what it measures", async () => {
  let reason: string | undefined = "The queue does not answer.";
  const server = await serveMetrics({ address: "0", registry: oneGauge(), whyNotReady: () => reason });
  onTestFinished(() => server.close());
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const get = (path: string, method = "GET") => fetch(server.url + path, { method });
  expect(await (await get("/healthz")).json()).toEqual({ status: "ok" });
  const unready = await get("/readyz");
  expect([unready.status, await unready.json()]).toEqual([
    503,
    { error: { code: "NOT_READY", message: "The queue does not answer." } },
  ]);
  reason = undefined;
  expect((await get("/readyz")).status).toBe(200);
  const metrics = await get("/metrics?a=1");
  expect(metrics.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await metrics.text()).toMatch(/^answer 42$/m);
  expect((await get("/")).status).toBe(404);
  expect((await get("/metrics", "POST")).status).toBe(405);
});

it("says what is wrong with an address", async () => {
  const registry = oneGauge();
  const server = await serveMetrics({ address: "127.0.0.1:0", registry });
  onTestFinished(() => server.close());
  await expect(serveMetrics({ address: new URL(server.url).host, registry })).rejects.toMatchObject({
    code: "ARGUMENT",
    message: expect.stringMatching(/^measurements cannot be shown at 127\.0\.0\.1:\d+: .*EADDRINUSE/),
  });
  for (const address of ["here", "70000", "host:", ""]) {
    await expect(serveMetrics({ address, registry })).rejects.toMatchObject({
      message: `${address} is no address for measurements: 9464 and 0.0.0.0:9464 are.`,
    });
  }
});
