import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { base } from "./vitest.config.ts";

/** Files that take longest by far: started first, so that the other worker has something to do until they end. */
const longest = [
  "packages/yolo/src/quickstart/run-quickstart.slow.test.ts",
  "packages/inference/src/memory.slow.test.ts",
];

/** A number that each commit changes; 0 where there is no Git. */
function commitNumber(): number {
  const { stdout } = spawnSync("git", ["rev-parse", "--short=8", "HEAD"], { encoding: "utf8" });
  return Number.parseInt(stdout, 16) || 0;
}

/**
 * The longest files first, then the others by name from a place that each commit moves: a machine that has no time for all of them
 * (LOOKONCE_TEST_UNTIL) leaves out others each time.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((name) => moduleId.endsWith(name));
    const others = files.filter((file) => !isLong(file)).sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
    const start = commitNumber() % Math.max(1, others.length);
    return [...files.filter(isLong), ...others.slice(start), ...others.slice(0, start)];
  }
}

export default mergeConfig(base, {
  test: {
    runner: fileURLToPath(new URL("./vitest.slow-runner.ts", import.meta.url)),
    sequence: { sequencer: LongestFirst },
    include: [
      "packages/*/src/**/*.slow.test.ts",
      "apps/*/src/**/*.slow.test.ts",
      "apps/*/web/tests/**/*.slow.test.ts",
      "scripts/**/*.slow.test.ts",
      "examples/*/**/*.slow.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
