import { join, resolve } from "node:path";
import multipart from "@fastify/multipart";
import { isTracingRequested, startTracing, untraced } from "@lookonce/telemetry";
import { type FastifyInstance, fastify } from "fastify";
import { answerErrors, earlyErrors } from "./errors/answer-errors.ts";
import { jobsPlugin } from "./jobs/index.ts";
import type { JobHealth } from "./jobs/jobs-options.ts";
import { Metrics } from "./metrics/metrics.ts";
import { ModelRegistry } from "./models/model-registry.ts";
import { openApi } from "./openapi.ts";
import { InferencePool } from "./pool/inference-pool.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { modelRoutes } from "./routes/model-routes.ts";
import { predictRoute } from "./routes/predict-route.ts";
import { boundBodies } from "./security/body-budget.ts";
import { guard } from "./security/guard.ts";
import type { ServiceParts } from "./service-parts.ts";
import { type FullSettings, fillSettings, type ServerSettings } from "./settings.ts";
import { traceRequests } from "./trace-requests.ts";
import { trackRoutes } from "./track/track-routes.ts";
import { Turn } from "./turn.ts";
import { webPage } from "./web-page.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Accepts nothing more, and resolves when what was accepted is done, or the time for it is over. */
    drain(): Promise<void>;
    /** Names of the models that are loaded. */
    modelIds(): string[];
  }
}

/** Seconds that a batch may run at least before its worker is killed; otherwise as long as its requests may wait. */
const minBatchSeconds = 10;

/**
 * Makes a service with its models loaded, ready to `listen`. `drain()` and then `close()` end it.
 *
 * @throws LookonceError when a setting or a model cannot be used
 */
export async function createApp(given: ServerSettings = {}): Promise<FastifyInstance> {
  const settings = fillSettings(given);
  const app = fastify(serverOptions(settings));
  let metrics: Metrics | undefined;
  const pool = new InferencePool({
    ...settings,
    worker: {
      ...{ rect: settings.rect, nms: settings.nms, device: settings.device, maxPixels: settings.maxPixels },
      ...(settings.threads && { threads: settings.threads }),
    },
    batchTimeoutMs: 1000 * Math.max(minBatchSeconds, settings.timeout),
    onBatch: ({ model, size }) => metrics?.batches.observe({ model }, size),
    onWorkerLost: (cause) => {
      metrics?.workersLost.inc();
      app.log.error({ err: cause }, "an inference worker died and is being replaced");
    },
  });
  app.addHook("onClose", () => pool.stop());
  try {
    const models = new ModelRegistry(pool, { ...settings, roots: [...settings.modelRoots, settings.runsRoot] });
    metrics = new Metrics(pool, models);
    const isTraced = settings.tracing ?? isTracingRequested();
    const tracing = isTraced ? await startTracing("lookonce") : untraced;
    app.addHook("onClose", () => tracing.close());
    app.decorate("modelIds", () => models.list().map(({ id }) => id));
    await addRoutes(app, { settings, pool, models, metrics, tracing });
    for (const model of settings.models) {
      const { file, id } = typeof model === "string" ? { file: model, id: undefined } : model;
      await models.start(file, id);
    }
    await app.ready();
    boundConnections(app, settings);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function addRoutes(app: FastifyInstance, parts: ServiceParts): Promise<void> {
  const { settings, pool, models, metrics, tracing } = parts;
  const turn = new Turn(app, settings.grace);
  // First, as it wraps what is added after it.
  if (tracing.isOn) await traceRequests(app);
  answerErrors(app);
  await openApi(app, settings);
  await guard(app, settings);
  turn.watch();
  boundBodies(app, settings);
  await app.register(multipart, { throwFileSizeLimit: true });
  metrics.serve(app);
  const health: JobHealth = {};
  healthRoutes(app, async () => turn.reason ?? (await pool.whyNotReady()), health);
  predictRoute(app, parts);
  const sessions = trackRoutes(app, parts);
  metrics.watchSessions(sessions);
  modelRoutes(app, models);
  const { runsRoot, dataRoots, modelRoots, device, database = join(runsRoot, "jobs.sqlite"), jobs } = settings;
  const modelPath = (name: string): string | undefined => models.pathOf(name);
  const folders = { runsRoot, dataRoots, modelRoots, modelPath, database };
  const { queue: url, storage } = settings;
  const queue = url === undefined || storage === undefined ? undefined : { url, storage: { url: resolve(storage) } };
  await app.register(jobsPlugin, { ...folders, device, health, tracing, queue, ...jobs });
  await webPage(app, settings);
}

/** Bounds what clients can occupy without sending a request that is processed. */
function boundConnections({ server }: FastifyInstance, { maxBody, maxConnections }: FullSettings): void {
  server.maxConnections = maxConnections;
  // Of a client that asks before it sends a large body, that body is refused before it is sent.
  server.on("checkContinue", (request, response) => {
    if (Number(request.headers["content-length"] ?? 0) <= maxBody) response.writeContinue();
    server.emit("request", request, response);
  });
}

function serverOptions({ log, maxBody, requestTimeout, headersTimeout, proxies, ...rest }: FullSettings): object {
  const level = { errors: "error", requests: "info", none: "silent" }[log];
  return {
    ...earlyErrors,
    logger: { level, stream: process.stderr },
    bodyLimit: maxBody,
    requestTimeout: 1000 * requestTimeout,
    // A connection on which nothing moves for so long is dead: longer than any answer needs.
    connectionTimeout: 1000 * Math.max(120, 2 * rest.timeout),
    forceCloseConnections: true,
    // It would end what runs before closing, too, and jobs have `grace` seconds to save themselves
    pluginTimeout: 0,
    trustProxy: proxies.length === 0 ? false : [...proxies],
    routerOptions: { maxParamLength: 300 },
    http: {
      headersTimeout: 1000 * headersTimeout,
      connectionsCheckingInterval: Math.min(5000, 500 * headersTimeout),
      maxHeaderSize: 16 * 1024,
    },
  };
}
