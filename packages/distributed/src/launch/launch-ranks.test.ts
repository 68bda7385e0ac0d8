import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { keepRunning, LaunchNotes, launchRanks, type RunEnd } from "../index.ts";
import { mpirunEnvironment } from "./find-mpirun.ts";

const folder = mkdtempSync(join(tmpdir(), "mpirun-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that answers `--version` as an MPI's launcher does, and else runs a shell script. */
function mpirun(name: string, version: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; exit; fi\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const seen = join(folder, "seen");
const writeArguments = `printf "%s" "$*" > ${seen}`;
const openMpi = mpirun("open", "mpirun (Open MPI) 5.0.3", writeArguments);
const mpich = mpirun("mpich", "HYDRA build details:", writeArguments);

async function argumentsOf(
  LOOKONCE_MPIRUN: string,
  options: { ranks?: number; hosts?: string; launcher?: string },
): Promise<string> {
  expect(await launchRanks({ ...options, command: ["node", "x.js"], env: { LOOKONCE_MPIRUN } })).toBe(0);
  return readFileSync(seen, "utf8").trim();
}

describe("launchRanks", () => {
  it("starts ranks as each family's launcher wants it", async () => {
    expect(await argumentsOf(openMpi, { ranks: 4 })).toBe("-n 4 --bind-to none --oversubscribe node x.js");
    expect(await argumentsOf(openMpi, { ranks: 4, hosts: "a:2,b:2" })).toBe(
      "-n 4 --bind-to none --oversubscribe --host a:2,b:2 -x LOOKONCE_MPIRUN node x.js",
    );
    expect(await argumentsOf(mpich, { ranks: 4, hosts: "a:2,b:2" })).toBe("-n 4 -hosts a:2,b:2 node x.js");
    expect(await argumentsOf(mpich, {})).toBe("node x.js");
    expect(await argumentsOf(mpich, { ranks: 3, launcher: ` ${openMpi}  --mpi=pmix ` })).toBe(
      "--mpi=pmix -n 3 node x.js",
    );
  });

  it("lets Open MPI run as root, as in containers", () => {
    expect(mpirunEnvironment("Open MPI", 0)).toMatchObject({ OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" });
    expect([mpirunEnvironment("Open MPI", 1000), mpirunEnvironment("MPICH", 0)]).toEqual([{}, {}]);
  });

  it("returns how the launcher ended", async () => {
    const command = ["x"];
    const code = (script: string): Promise<number> =>
      launchRanks({ command, env: { LOOKONCE_MPIRUN: mpirun("code", "MPICH Version: 4.2", script) } });
    expect(await code("exit 75")).toBe(75);
    expect(await code("kill -9 $$")).toBe(137);
  });

  it("ends the ranks when it is asked to", async () => {
    const controller = new AbortController();
    const started = join(folder, "started");
    const script = `trap 'exit 7' TERM; touch ${started}; while true; do sleep 0.01; done`;
    const env = { ...process.env, LOOKONCE_MPIRUN: mpirun("slow", "mpiexec (OpenRTE) 4.1.4", script) };
    const ended = launchRanks({ command: ["x"], env, signal: controller.signal });
    while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    expect(await ended).toBe(7);
  });

  it("kills a launcher that does not end although ranks missed others", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const notes = new LaunchNotes(join(folder, "notes"));
      const env = {
        ...process.env,
        LOOKONCE_MPIRUN: mpirun("hangs", "Open MPI", "touch $LOOKONCE_LAUNCH/lost; sleep 60"),
      };
      const ended = launchRanks({ command: ["x"], env, notes });
      await vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 10_000, interval: 20 });
      vi.advanceTimersByTime(10_000);
      expect(await ended).toBe(137);
      expect([notes.has("lost"), notes.has("started")]).toEqual([true, false]);
      notes.remove();
      expect(existsSync(notes.folder)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it("says what to install where there is no MPI, and which program is none", async () => {
    const start = (env: Record<string, string>): Promise<number> => launchRanks({ command: ["x"], env });
    await expect(start({ PATH: folder })).rejects.toThrow(
      /no mpirun\. On Debian and Ubuntu: apt-get install openmpi-bin/,
    );
    await expect(start({ LOOKONCE_MPIRUN: join(folder, "none") })).rejects.toThrow(/none cannot be run/);
    const other = mpirun("other", "another launcher 1.0", "");
    await expect(start({ LOOKONCE_MPIRUN: other })).rejects.toThrow(/is of no MPI that lookonce knows/);
    await expect(launchRanks({ command: ["x"], launcher: join(folder, "none") })).rejects.toThrow("cannot be started");
  });
});

describe("keepRunning", () => {
  const run = (
    codes: number[],
    restarts: number,
    { mistakeAt = -1, signal }: { mistakeAt?: number; signal?: AbortSignal } = {},
  ) => {
    const lines: string[] = [];
    const start = async (attempt: number): Promise<RunEnd> => ({
      exitCode: codes[attempt] ?? 0,
      isMistake: attempt === mistakeAt,
    });
    const log = (line: string): void => void lines.push(line);
    return keepRunning({ restarts, delay: 0, start, log, signal }).then((end) => ({ ...end, lines }));
  };

  it("starts again after ranks were lost, as often as allowed", async () => {
    expect(await run([137, 75], 3)).toEqual({
      exitCode: 0,
      isMistake: false,
      restarts: 2,
      lines: [
        "the ranks ended with exit code 137; restart 1 of 3 follows in 0 s",
        "the ranks ended with exit code 75; restart 2 of 3 follows in 0 s",
      ],
    });
    expect(await run([137, 137, 9], 2)).toMatchObject({ exitCode: 9, restarts: 2 });
  });

  it("does not repeat a mistake, nor what was stopped", async () => {
    expect(await run([1, 1], 3, { mistakeAt: 0 })).toMatchObject({ exitCode: 1, restarts: 0, lines: [] });
    expect(await run([137, 2, 1], 3, { mistakeAt: 1 })).toMatchObject({ exitCode: 2, restarts: 1 });
    expect(await run([143], 3, { signal: AbortSignal.abort() })).toMatchObject({
      exitCode: 143,
      restarts: 0,
      lines: [],
    });
  });
});
