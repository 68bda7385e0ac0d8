import { fileURLToPath } from "node:url";
import { mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { base } from "./vitest.config.ts";

/** Files that take longest by far: started first, so that the other worker has something to do until they end. */
const longest = ["packages/yolo/src/quickstart/run-quickstart.slow.test.ts"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
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
