// A tracking server of PyPI's `mlflow`. Set LOOKONCE_PYTHON to a Python that has it; without, or where none is first on the path, the test
// is skipped.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import { afterAll, describe, expect, it } from "vitest";
import { mlflowLogger } from "./mlflow-logger.ts";

const python = process.env.LOOKONCE_PYTHON || "python3";
const find = "import importlib.util; raise SystemExit(importlib.util.find_spec('mlflow') is None)";
const hasMlflow = spawnSync(python, ["-c", find]).status === 0;

const folder = mkdtempSync(join(tmpdir(), "mlflow-server-"));
let server: ChildProcess | undefined;

describe(`mlflowLogger${hasMlflow ? "" : " (skipped: no Python with mlflow; set LOOKONCE_PYTHON)"}`, () => {
  afterAll(() => {
    if (server?.pid !== undefined) process.kill(-server.pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it.skipIf(!hasMlflow)(
    "is understood by MLflow's own server, which has what was logged",
    { timeout: 120_000 },
    async () => {
      const uri = await startServer();
      const directory = join(folder, "run");
      mkdirSync(join(directory, "weights"), { recursive: true });
      writeFileSync(join(directory, "results.csv"), "epoch\n1\n");
      writeFileSync(join(directory, "weights", "best.safetensors"), "weights");
      const notices: string[] = [];
      const train = async (firstEpoch: number): Promise<void> => {
        const logger = await mlflowLogger({ uri, experiment: "pets", onNotice: (notice) => notices.push(notice) });
        await logger.onTrainStart?.({
          ...{ directory, family: "v8", task: "detect", epochs: 2, iterations: 4, batch: 1, imgsz: 16, firstEpoch },
          args: { model: "yolov8n.pt", long: "x".repeat(1000) },
          recipe: familySettings.v8.recipe,
        });
        const losses = { box: firstEpoch === 0 ? Number.NaN : 1.5 };
        const lr = { bias: 0.5, weight: 0.25, norm: 0.125 };
        await logger.onFitEpochEnd?.({ epoch: firstEpoch, seconds: 1, losses, lr, isBest: false });
        await logger.onTrainEnd?.({ directory, seconds: 2, interrupted: firstEpoch === 0 });
      };
      await train(0);
      await train(1);
      expect(notices).toEqual([]);
      const ask = async (path: string, body?: object): Promise<Record<string, unknown>> => {
        const init = body && {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        };
        return (await fetch(`${uri}/api/2.0/mlflow/${path}`, init)).json() as Promise<Record<string, unknown>>;
      };
      const { experiment } = (await ask("experiments/get-by-name?experiment_name=pets")) as {
        experiment: { experiment_id: string };
      };
      const { runs } = (await ask("runs/search", { experiment_ids: [experiment.experiment_id] })) as {
        runs: { info: { run_id: string }; data: { params: { key: string; value: string }[] } }[];
      };
      expect(runs).toMatchObject([{ info: { run_name: "run", status: "FINISHED" } }]);
      const { info, data } = runs[0] as (typeof runs)[0];
      const params = Object.fromEntries(data.params.map(({ key, value }) => [key, value]));
      expect(params).toMatchObject({ model: "yolov8n.pt", lr0: "0.01", long: "x".repeat(500) });
      const history = await ask(`metrics/get-history?run_id=${info.run_id}&metric_key=train/box_loss`);
      expect(history.metrics).toMatchObject([{ step: 1 }, { step: 2, value: 1.5 }]);
      const listed = (path: string): Promise<unknown> => ask(`artifacts/list?run_id=${info.run_id}&path=${path}`);
      expect(await listed("")).toMatchObject({ files: [{ path: "results.csv", file_size: 8 }, { path: "weights" }] });
      expect(await listed("weights")).toMatchObject({ files: [{ path: "weights/best.safetensors", file_size: 7 }] });
    },
  );
});

/** Starts a server and returns its address when it answers. */
async function startServer(): Promise<string> {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const store = ["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`];
  const files = ["--artifacts-destination", join(folder, "artifacts"), "--workers", "1"];
  server = spawn(
    python,
    ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), ...store, ...files],
    {
      cwd: folder,
      // Its queue of jobs, which nothing here needs, takes long to start
      env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" },
      // A group of its own: the server has processes of its own
      detached: true,
      stdio: "ignore",
    },
  );
  const isReady = (): Promise<boolean> =>
    fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isReady, { timeout: 100_000, interval: 200 }).toBe(true);
  return uri;
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
