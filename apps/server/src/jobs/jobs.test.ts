import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quick, type ServiceFolders, serviceFolders, startService, waitFor } from "./test-service.ts";

interface JobAnswer {
  id: string;
  state: string;
  run?: string;
  starts: number;
  progress?: object;
  result?: Record<string, unknown>;
  error?: { code: string; message: string };
  artefacts: { name: string; bytes: number; type: string }[];
}

let folders: ServiceFolders;
let app: FastifyInstance;
beforeAll(async () => {
  folders = await serviceFolders();
  app = await startService(folders.options);
});
afterAll(() => app.close());

const over = ["succeeded", "failed", "cancelled"];
const training = { kind: "train", model: "tiny", data: "shapes/shapes", options: quick };

async function post(payload: object): Promise<JobAnswer> {
  const answer = await app.inject({ method: "POST", url: "/v1/jobs", payload });
  expect(answer.statusCode, answer.body).toBe(202);
  return answer.json();
}

/** Events of a job that is over, as a listener gets them. */
async function eventsOf(id: string, headers: Record<string, string> = {}) {
  const { body } = await app.inject({ url: `/v1/jobs/${id}/events`, headers });
  return body
    .split("\n\n")
    .filter((text) => text.startsWith("id: "))
    .map((text) => {
      const [event = "", type = "", data = ""] = text.split("\n").map((line) => line.slice(line.indexOf(" ") + 1));
      return { id: Number(event), type, data: JSON.parse(data) };
    });
}

describe("jobs", () => {
  it("trains, tells how it goes, validates and exports what came of it", async () => {
    const { id, state } = await post({ ...training, options: { ...quick, plots: true } });
    expect(["queued", "running"]).toContain(state);
    const job = await waitFor<JobAnswer>(app, { id, states: over });
    expect(job, JSON.stringify(job)).toMatchObject({ state: "succeeded", run: "train", starts: 1 });
    expect(job.result).toMatchObject({ run: "train", epochs: 2, best: "weights/best.safetensors", images: 2 });
  });
});
