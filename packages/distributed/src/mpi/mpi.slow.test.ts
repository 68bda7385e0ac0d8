import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { workerAddress } from "../../test/worker-address.ts";
import { findProgram } from "../find-program.ts";

const program = fileURLToPath(workerAddress);

/** What a rank reported. */
interface Report {
  rank?: number;
  message?: string;
  ranks?: number[];
  seconds?: number;
  error?: string;
  [key: string]: unknown;
}

/** How a run of ranks ended: exit code of the launcher, and what the ranks reported, in no order. */
interface End {
  code: number | null;
  reports: Report[];
  printed: string;
}

/** Debian's names of both families' launchers, what they need on a small machine, and their libraries. */
const families = [
  { launcher: "mpirun.openmpi", options: ["--oversubscribe", "--bind-to", "none"], library: /^libmpi\.so\.40$/ },
  { launcher: "mpirun.mpich", options: [], library: /^libmpich\.so\.12$/ },
] as const;

const systemFolders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"].filter((folder) =>
  existsSync(folder),
);

function run(launcher: string, options: readonly string[], env: Record<string, string> = {}): Promise<End> {
  const root = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
  const child = spawn(launcher, options, { env: { ...process.env, ...root, ...env }, timeout: 60_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
      resolve({ code, reports: lines.map((line) => JSON.parse(line) as Report), printed: stdout + stderr });
    });
  });
}

for (const { launcher, options } of families) {
  const isThere = findProgram(launcher) !== undefined;
  describe.skipIf(!isThere)(`connectMpi under ${launcher}${isThere ? "" : ", which is not installed"}`, () => {
    const start = (ranks: number, ...args: string[]): Promise<End> =>
      run(launcher, [...options, "-n", String(ranks), process.execPath, program, ...args]);

    it.each([2, 4])("exchanges numbers and bytes between %i ranks", async (size) => {
      const { code, reports, printed } = await start(size, "collectives");
      expect(code, printed).toBe(0);
      const total = (size * (size - 1)) / 2;
      expect(reports.map(({ rank }) => rank).sort()).toEqual([...Array(size).keys()]);
      for (const { rank: _rank, halfError, halfBits, ...report } of reports) {
        expect(report).toEqual({
          size,
          hosts: size,
          sum: true,
          precise: [expect.closeTo(total + size * 1e-12, 15), size * 2 ** 40],
          max: [size - 1, 0],
          min: [0, 1 - size],
          all: Array.from({ length: size }, (_, r) => Array(3 * r).fill(r)),
          empty: Array(size).fill(0),
          broadcast: true,
          waited: true,
        });
        // Half of the last digit of the largest value, 1.5e7 on each rank, on the way there and of the sum on the way back
        expect(halfError).toBeLessThan(1.5e7 * size * 2 ** -10);
        expect(halfBits).toBe(reports[0]?.halfBits);
      }
    });

    it("keeps the order of many sums, of buckets of all sizes, while ranks compute", async () => {
      const { code, reports, printed } = await start(3, "many");
      expect(code, printed).toBe(0);
      expect(reports).toEqual(Array(3).fill({ isRight: true }));
    });

    it.each([
      ["busy", /rank 1 on \S+ \(process \d+\) answers, but has not come for 1 s/],
      ["stopped", /rank 1 on \S+ \(process \d+\) does not answer and has not come for 1 s/],
    ])("finds a rank that hangs (%s), names it and ends all", async (how, message) => {
      const { code, reports, printed } = await start(3, "lost", "1", how);
      expect(code, printed).toBe(75);
      const found = reports.filter(({ ranks }) => ranks?.[0] === 1 && ranks.length === 1);
      expect(found.length, printed).toBeGreaterThan(0);
      const others = found.filter(({ message: text }) => !/given it up/.test(text ?? ""));
      expect(others.length, printed).toBeGreaterThan(0);
      for (const report of others) {
        expect(report.message).toMatch(message);
        expect(report.seconds).toBeLessThan(6);
      }
    });

    it("reports a rank that ended before the others at once", async () => {
      const { code, reports, printed } = await start(2, "leave", "30");
      expect(code, printed).toBe(75);
      expect(reports).toContainEqual({
        message: expect.stringContaining("has ended before"),
        ranks: [1],
        seconds: expect.any(Number),
      });
    });

    it.each(["die", "abort"])("ends all ranks when one does: %s", async (how) => {
      const { code, reports, printed } = await start(3, how, "30");
      expect(code, printed).toBe(how === "abort" ? 42 : launcher === "mpirun.mpich" ? 9 : 137);
      expect(reports).toEqual([]);
    });

    it("reports a wrong MPI, and that koffi is missing", async () => {
      const other = families.find((family) => family.launcher !== launcher)?.library as RegExp;
      const file = systemFolders.flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => other.test(name))
          .map((name) => `${folder}/${name}`),
      )[0];
      if (file !== undefined) {
        const wrong = await run(launcher, [...options, "-n", "2", process.execPath, program, "collectives"], {
          LOOKONCE_MPI: file,
        });
        expect(wrong.code).toBe(1);
        expect(wrong.reports[0]?.error).toMatch(/a wrong MPI: .* started this process, but the MPI library is /);
        expect(wrong.reports[0]?.error).toContain(file);
      }
      const hook = `export async function resolve(name, context, next) {
        if (name === "koffi") throw new Error("not here");
        return next(name, context);
      }`;
      const refuse = `import { register } from "node:module";
        register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
      const imported = `--import=data:text/javascript,${encodeURIComponent(refuse)}`;
      const without = await run(launcher, [...options, "-n", "2", process.execPath, imported, program, "collectives"]);
      expect(without.code).toBe(1);
      expect(without.reports[0]?.error).toMatch(/need the koffi package.*npm install koffi/);
    });
  });
}
