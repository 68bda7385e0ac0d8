import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { afterAll, describe, expect, it } from "vitest";
import { refuse } from "../errors/refuse.ts";
import { runRoutes } from "./run-routes.ts";

const place = mkdtempSync(join(tmpdir(), "lookonce-runs-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const runsRoot = join(place, "runs");

const columns = ["epoch", "time", "train/box_loss", "metrics/mAP50(B)", "metrics/mAP50-95(B)", "lr/pg0"];

function makeRun(name: string, rows: readonly (readonly (number | string)[])[]): string {
  const folder = join(runsRoot, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "args.yaml"),
    `model: yolov8n.pt\ndata: ${join(place, "data.yaml")}\nepochs: 3\nlr0: 0.01\n`,
  );
  if (rows.length > 0) writeFileSync(join(folder, "results.csv"), `${[columns, ...rows].map(String).join("\n")}\n`);
  return folder;
}

const train = makeRun("train", [
  [1, 1.5, 2.25, 0.5, 0.25, 0.01],
  [2, 3, 2, 0.75, 0.5, 0.005],
  [3, 4.5, 1.75, "", "", 0.001],
]);
writeFileSync(join(train, "results.png"), "png");
makeRun("project/exp", [[1, 1, 1, 0, 0, 1]]);
const strict = makeRun("project/yolo26", [
  [1, 1, 1, 0.5, 0.25, 0],
  [2, 1, 1, 0.9, 0.24, 0],
]);
writeFileSync(join(strict, "log.jsonl"), `{"event":"start","family":"v26"}\n${"x".repeat(100_000)}`);
const fresh = makeRun("fresh", []);
mkdirSync(join(runsRoot, "no-run"));
writeFileSync(join(runsRoot, "no-run", "notes.txt"), "notes");
mkdirSync(join(place, "elsewhere"));
writeFileSync(join(place, "elsewhere", "results.csv"), "epoch\n1\n");
symlinkSync(join(place, "elsewhere"), join(runsRoot, "link"));
for (const file of ["args.yaml", "."]) utimesSync(join(fresh, file), 1e9, 1e9);

const app = Fastify();
app.setErrorHandler((error, _request, reply) =>
  reply.code(refuse(error).statusCode).send({ error: refuse(error).code }),
);
app.register(runRoutes, { runsRoot, roots: [place] });
afterAll(() => app.close());

describe("GET /v1/runs", () => {
  it("lists runs, whoever made them, newest first", async () => {
    const { runs } = (await app.inject("/v1/runs")).json();
    expect(runs.map(({ name }: { name: string }) => name).sort()).toEqual([
      "fresh",
      "project/exp",
      "project/yolo26",
      "train",
    ]);
    expect(runs.at(-1)).toEqual({ name: "fresh", created: "2001-09-09T01:46:40.000Z", epochs: 0 });
    const found = runs.find(({ name }: { name: string }) => name === "train");
    expect(found).toMatchObject({ epochs: 3, best: { epoch: 2, map50: 0.75, map50_95: 0.5 } });
    expect(found.best.fitness).toBeCloseTo(0.1 * 0.75 + 0.9 * 0.5, 12);
    const strict = runs.find(({ name }: { name: string }) => name === "project/yolo26");
    expect(strict.best).toMatchObject({ epoch: 1, fitness: 0.25 });
  });
});

describe("GET /v1/runs/:name", () => {
  it("returns settings, curves and images", async () => {
    const run = (await app.inject("/v1/runs/train")).json();
    expect(run).toMatchObject({
      ...{ name: "train", epochs: 3, columns, images: ["results.png"] },
      args: { model: "yolov8n.pt", data: "data.yaml", epochs: 3, lr0: 0.01 },
    });
    expect(run.rows[1]).toEqual([2, 3, 2, 0.75, 0.5, 0.005]);
    expect(run.rows[2]).toEqual([3, 4.5, 1.75, null, null, 0.001]);
    expect((await app.inject("/v1/runs/project%2Fexp")).json()).toMatchObject({ name: "project/exp", epochs: 1 });
  });

  it("leaves out a row that is being written", async () => {
    const half = makeRun("half", [[1, 1, 1, 0, 0, 1]]);
    writeFileSync(join(half, "results.csv"), `${columns}\n1,1,1,0,0,1\n2,1`);
    expect((await app.inject("/v1/runs/half")).json()).toMatchObject({ epochs: 1, rows: [[1, 1, 1, 0, 0, 1]] });
  });

  it.each(["missing", "no-run", "link", "..%2Felsewhere", "%2e%2e%2felsewhere", "train%2Fresults.csv", ".."])(
    "knows no run %s",
    async (name) => {
      expect((await app.inject(`/v1/runs/${name}`)).statusCode).toBe(404);
      expect((await app.inject(`/v1/runs/${name}/files/results.csv`)).statusCode).toBe(404);
    },
  );

  it("serves its files", async () => {
    const { statusCode, headers, body } = await app.inject("/v1/runs/train/files/results.png");
    expect([statusCode, headers["content-type"], body]).toEqual([200, "image/png", "png"]);
    expect((await app.inject("/v1/runs/project%2Fexp/files/results.csv")).body).toContain("epoch,time");
    expect((await app.inject("/v1/runs/train/files/..%2Ffresh%2Fargs.yaml")).statusCode).toBe(404);
  });
});
