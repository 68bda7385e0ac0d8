import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const project = join(folder, "runs");
const training = ["train", "model=yolov8n.yaml", "data=shapes.yaml", "epochs=2", `project=${project}`];

/** A launcher that writes its arguments into a file and ends with the codes of its calls, one after another, then 0. */
function launcher(name: string, codes: readonly number[], note = ""): { option: string; calls: () => string[] } {
  const [file, seen] = [join(folder, name), join(folder, `${name}.seen`)];
  const cases = codes.map((code, i) => `${i + 1}) exit ${code};;`).join(" ");
  writeFileSync(
    file,
    `#!/bin/sh\ntouch $LOOKONCE_LAUNCH/started\n${note}\necho "$@" >> ${seen}\ncase $(wc -l < ${seen} | tr -d " ") in ${cases} esac\nexit 0\n`,
  );
  chmodSync(file, 0o755);
  return { option: `launcher=${file} --mpi=pmix`, calls: () => readFileSync(seen, "utf8").trim().split("\n") };
}

describe("lookonce launch", () => {
  it("starts the same training, in the same folder, again after ranks were lost", async () => {
    mkdirSync(join(project, "train"), { recursive: true });
    const { option, calls } = launcher("lost", [137, 75]);
    const { code, stderr, json } = await lookonce(
      "launch",
      option,
      "ranks=2",
      "restart_delay=0",
      "--json",
      "--",
      ...training,
    );
    expect(code, stderr).toBe(0);
    expect(json()).toEqual({ dir: join(project, "train2"), restarts: 2 });
    expect(stderr).toMatch(/exit code 137; restart 1 of 3[\s\S]*exit code 75; restart 2 of 3/);
    const all = calls();
    expect(all).toHaveLength(3);
    for (const call of all) {
      expect(call).toMatch(/^--mpi=pmix -n 2 \S*node/);
      const own = `${training.join(" ")} project=${project} name=train2 exist_ok=true`;
      expect(call.endsWith(own), call).toBe(true);
    }
    expect(existsSync(join(project, "train2"))).toBe(true);
  });

  it("gives up after the last restart, and at once after a mistake", async () => {
    const lost = await lookonce(
      "launch",
      launcher("often", [9, 9, 9]).option,
      "restarts=1",
      "restart_delay=0",
      "--",
      ...training,
    );
    expect([lost.code, lost.stderr]).toEqual([
      75,
      expect.stringContaining("lost again after 1 restarts (exit code 9)"),
    ]);
    const { option, calls } = launcher("mistake", [1, 1], "touch $LOOKONCE_LAUNCH/mistake");
    const mistake = await lookonce("launch", option, "--", ...training);
    expect([mistake.code, mistake.stderr]).toEqual([1, expect.stringContaining("which a restart would repeat")]);
    expect(calls()).toHaveLength(1);
  });

  it("finds mistakes of the training before it starts anything", async () => {
    const run = async (...argv: string[]): Promise<string> => {
      const { code, stderr } = await lookonce("launch", "ranks=2", ...argv);
      return `${code} ${stderr}`;
    };
    expect(await run()).toMatch(/^2 [\s\S]*launch starts a training: lookonce launch ranks=2 -- train/);
    expect(await run("--", "val", "model=yolov8n.pt")).toMatch(/^2 [\s\S]*launch starts a training/);
    expect(await run("--", "train", "mosiac=1")).toMatch(/^2 [\s\S]*mosaic/);
    expect(await run("--", ...training, "evolve=3")).toMatch(/^2 [\s\S]*not the many of evolve/);
    // The tests' environment has no PATH
    expect(await run("--", ...training)).toMatch(/^1 [\s\S]*no mpirun[\s\S]*apt-get install/);
  });
});
