import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CommandName, optionSchema } from "@lookonce/config";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`../deploy/mpi/${name}`, import.meta.url));
const text = (name: string): string => readFileSync(path(name), "utf8");

/** Checks a command line `… lookonce launch … -- train …`: commands, and options that they have. */
function checkLaunch(words: readonly string[]): void {
  const own = words.slice(words.findIndex((word) => /lookonce(\.js)?$/.test(word)) + 1);
  const at = own.indexOf("--");
  expect(at, words.join(" ")).toBeGreaterThan(0);
  for (const [name, ...given] of [own.slice(0, at), own.slice(at + 1)]) {
    const schema = optionSchema[name as CommandName];
    expect(schema, name).toBeDefined();
    for (const word of given) expect(Object.keys(schema.options), `${name}: ${word}`).toContain(word.split("=")[0]);
  }
  expect([own[0], own[at + 1]]).toEqual(["launch", "train"]);
  // The same command must find its run again
  expect(own.slice(at).some((word) => word.startsWith("name="))).toBe(true);
}

interface Pod {
  containers: { name: string; image: string; command: string[]; args?: string[]; volumeMounts: { name: string }[] }[];
  volumes: { name: string }[];
  restartPolicy?: string;
}

describe("deploy/mpi", () => {
  it("has an MPIJob as its version of the API wants it", () => {
    const job = load(text("mpijob.yaml")) as {
      spec: { slotsPerWorker: number; mpiReplicaSpecs: Record<string, { replicas: number; template: { spec: Pod } }> };
    };
    expect(job).toMatchObject({
      apiVersion: "kubeflow.org/v2beta1",
      kind: "MPIJob",
      metadata: { name: expect.stringMatching(/^[a-z-]+$/) },
    });
    const { slotsPerWorker, mpiReplicaSpecs } = job.spec;
    expect(Object.keys(mpiReplicaSpecs)).toEqual(["Launcher", "Worker"]);
    const { Launcher, Worker } = mpiReplicaSpecs as Record<
      "Launcher" | "Worker",
      { replicas: number; template: { spec: Pod } }
    >;
    expect(Launcher.replicas).toBe(1);
    const launcher = Launcher.template.spec.containers[0];
    const words = [...(launcher?.command ?? []), ...(launcher?.args ?? [])];
    checkLaunch(words);
    expect(words).toContain(`ranks=${Worker.replicas * slotsPerWorker}`);
    for (const { template } of [Launcher, Worker]) {
      const names = template.spec.volumes.map(({ name }) => name);
      for (const { volumeMounts } of template.spec.containers) {
        for (const { name } of volumeMounts) expect(names).toContain(name);
      }
    }
    expect(Launcher.template.spec.containers[0]?.image).toBe(Worker.template.spec.containers[0]?.image);
  });

  it("has a compose file whose service starts ranks", () => {
    const { services } = load(text("compose.yaml")) as {
      services: Record<string, { command: string[]; volumes: string[] }>;
    };
    const service = services.train;
    checkLaunch(service?.command ?? []);
    const mounts = service?.volumes.map((volume) => volume.split(":")[1]);
    expect(mounts).toEqual(["/data", "/runs"]);
  });

  it("has a script for Slurm that bash can read, with options of sbatch at its beginning", () => {
    execFileSync("bash", ["-n", path("train.sbatch")]);
    const script = text("train.sbatch");
    const lines = script.split("\n");
    const options = lines.filter((line) => line.startsWith("#SBATCH"));
    expect(options.length).toBeGreaterThan(4);
    for (const option of options) expect(option).toMatch(/^#SBATCH --[a-z-]+(=\S+)?$/);
    expect(lines.findLastIndex((line) => line.startsWith("#SBATCH"))).toBeLessThan(lines.indexOf("set -eu"));
    const command = script.slice(script.indexOf("npx lookonce")).replace(/\\\n/g, " ").trim();
    const words = (command.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).slice(1);
    checkLaunch(words);
  });
});
