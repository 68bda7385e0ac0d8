import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochInfo, RunInfo } from "./callbacks.ts";
import { type MlflowLoggerOptions, mlflowLogger } from "./mlflow-logger.ts";

interface Request {
  method: string;
  url: string;
  authorization: string | undefined;
  body: string;
}

let directory: string;
let server: Server;
let requests: Request[];
/** What the server answers by the end of a path; other answers are those of a server that has nothing yet. */
let answers: Record<string, { status: number; body: object }>;
const known: typeof answers = {
  "get-by-name": { status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST", message: "No such experiment" } },
  "experiments/create": { status: 200, body: { experiment_id: "3" } },
  "runs/create": {
    status: 200,
    body: { run: { info: { run_id: "r1", experiment_id: "3", artifact_uri: "mlflow-artifacts:/3/r1/artifacts" } } },
  },
  "runs/get": {
    status: 200,
    body: { run: { info: { run_id: "r1", experiment_id: "3", artifact_uri: "s3://bucket/r1" } } },
  },
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "mlflow-"));
  requests = [];
  answers = { ...known };
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const body = Buffer.concat(pieces).toString();
      requests.push({ method, url, authorization: headers.authorization, body });
      const path = url.replace(/\?.*/, "");
      const answer = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1] ?? { status: 200, body: {} };
      response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

const uri = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const run = (firstEpoch = 0): RunInfo => ({
  ...{ directory, family: "v8", task: "detect", epochs: 3, iterations: 4, batch: 1, imgsz: 16, firstEpoch },
  args: { model: "yolov8n.pt", data: "/sets/pets.yaml", freeze: [0, 1], long: "x".repeat(1000) },
  recipe: familySettings.v8.recipe,
});

const epoch = (number: number): EpochInfo => ({
  ...{ epoch: number, seconds: 1, losses: { box: 1.5 + number }, isBest: false },
  lr: { bias: 0.5, weight: 0.25, norm: 0.125 },
});

/** Trains from an epoch on and returns the notices. */
async function train(
  options: Partial<MlflowLoggerOptions> = {},
  { firstEpoch = 0, interrupted = false } = {},
): Promise<string[]> {
  const notices: string[] = [];
  const logger = await mlflowLogger({ uri: uri(), onNotice: (notice) => notices.push(notice), ...options });
  await logger.onTrainStart?.(run(firstEpoch));
  for (let number = firstEpoch; number < 3; number++) await logger.onFitEpochEnd?.(epoch(number));
  await logger.onTrainEnd?.({ directory, seconds: 2, interrupted });
  return notices;
}

const bodies = (end: string): Record<string, unknown>[] =>
  requests.filter(({ url }) => url.endsWith(end)).map(({ body }) => JSON.parse(body) as Record<string, unknown>);

/** All metrics or parameters that were logged. */
const logged = (list: "metrics" | "params"): { key: string; value: unknown; step?: number }[] =>
  bodies("runs/log-batch").flatMap((body) => body[list] as { key: string; value: unknown }[]);

describe("mlflowLogger", () => {
  it("makes the experiment and a run, and logs settings, epochs and files", async () => {
    writeFileSync(join(directory, "results.csv"), "epoch\n1\n");
    writeFileSync(join(directory, "log.jsonl"), "");
    mkdirSync(join(directory, "weights"));
    writeFileSync(join(directory, "weights", "best.safetensors"), "weights");
    expect(await train({ experiment: "pets", run: "first" })).toEqual([]);
    expect(bodies("experiments/create")).toEqual([{ name: "pets" }]);
    expect(bodies("runs/create")).toMatchObject([{ experiment_id: "3", run_name: "first" }]);
    const params = new Map(logged("params").map(({ key, value }) => [key, value]));
    expect(Object.fromEntries(params)).toMatchObject({
      model: "yolov8n.pt",
      freeze: "[0,1]",
      epochs: "3",
      lr0: "0.01",
    });
    expect(params.get("long")).toHaveLength(500);
    const losses = logged("metrics").filter(({ key }) => key === "train/box_loss");
    expect(losses).toMatchObject([1, 2, 3].map((step) => ({ step, value: step + 0.5 })));
    // vocabulary-allow: put, HTTP's method
    const files = requests.filter(({ method }) => method === "PUT").map(({ url, body }) => [url, body]);
    const root = "/api/2.0/mlflow-artifacts/artifacts/3/r1/artifacts";
    expect(files).toEqual([
      [`${root}/results.csv`, "epoch\n1\n"],
      [`${root}/weights/best.safetensors`, "weights"],
    ]);
    expect(bodies("runs/update")).toMatchObject([{ run_id: "r1", status: "FINISHED" }]);
  });

  it("continues the run of a resumed training, and says once where files cannot go", async () => {
    await train({}, { interrupted: true });
    expect(bodies("runs/update").at(-1)).toMatchObject({ status: "KILLED" });
    expect(JSON.parse(readFileSync(join(directory, "mlflow.json"), "utf8"))).toEqual({
      run_id: "r1",
      experiment_id: "3",
    });
    requests = [];
    const notices = await train({}, { firstEpoch: 2 });
    expect(notices).toEqual([
      "MLflow: files are not sent: the server does not keep them itself, but in s3://bucket/r1.",
    ]);
    expect(bodies("runs/create")).toEqual([]);
    expect(bodies("runs/update")).toMatchObject([{ status: "RUNNING" }, { status: "FINISHED" }]);
    expect(logged("params")).toEqual([]);
    expect(new Set(logged("metrics").map(({ step }) => step))).toEqual(new Set([3]));
  });

  it("names itself by a password, one in the address, or a token", async () => {
    await train({ username: "me", password: "pä:ss" });
    await train({ uri: uri().replace("//", "//you:secret@") });
    await train({ token: "t0ken" });
    const [first, second, third] = [...new Set(requests.map(({ authorization }) => authorization))];
    const decoded = [first, second].map((text) => Buffer.from(text?.split(" ")[1] ?? "", "base64").toString());
    expect([...decoded, third]).toEqual(["me:pä:ss", "you:secret", "Bearer t0ken"]);
  });

  it("sends what waits when a server that failed answers again", async () => {
    answers["runs/log-batch"] = { status: 503, body: { message: "starting" } };
    const notices: string[] = [];
    const logger = await mlflowLogger({ uri: uri(), onNotice: (notice) => notices.push(notice) });
    await logger.onTrainStart?.(run());
    await logger.onFitEpochEnd?.(epoch(0));
    await expect.poll(() => notices).toHaveLength(1);
    delete answers["runs/log-batch"];
    requests = [];
    await logger.onFitEpochEnd?.(epoch(1));
    await logger.onTrainEnd?.({ directory, seconds: 2, interrupted: false });
    expect(notices).toEqual([
      `MLflow: ${uri()} answers 503: starting. What waits is sent after later epochs; the training goes on.`,
    ]);
    expect(new Set(logged("metrics").map(({ step }) => step))).toEqual(new Set([1, 2]));
    expect(logged("params").length).toBeGreaterThan(10);
  });

  it("notes once that a server refuses, and asks no more", async () => {
    answers["get-by-name"] = { status: 403, body: { message: "Permission denied" } };
    expect(await train()).toEqual([
      `MLflow: ${uri()} answers 403: Permission denied. Nothing more is logged there; the training goes on.`,
    ]);
    expect(requests).toHaveLength(1);
  });

  it("notes once that nobody answers, and never waits for it while training", async () => {
    // Accepts connections and says nothing
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const notices: string[] = [];
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const logger = await mlflowLogger({ uri: address, timeoutMs: 100, onNotice: (notice) => notices.push(notice) });
    await logger.onTrainStart?.(run());
    await logger.onFitEpochEnd?.(epoch(0));
    expect(notices).toEqual([]);
    await logger.onTrainEnd?.({ directory, seconds: 2, interrupted: false });
    expect(notices).toEqual([expect.stringMatching(/^MLflow: http:.* does not answer: .*the training goes on\.$/)]);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each(["true", "file:///mlruns", "databricks"])("refuses the address %s", async (address) => {
    await expect(mlflowLogger({ uri: address })).rejects.toMatchObject({ code: "ARGUMENT" });
  });
});
