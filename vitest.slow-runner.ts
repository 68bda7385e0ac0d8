import type { Test } from "vitest";
import { it, TestRunner } from "vitest";

/** Seconds since 1970 after which no test starts, as LOOKONCE_TEST_UNTIL says; never, where it does not. */
const end = Number(process.env.LOOKONCE_TEST_UNTIL ?? Number.POSITIVE_INFINITY);

const isOver = (): boolean => Date.now() / 1000 > end;

/**
 * Skips what would start after LOOKONCE_TEST_UNTIL, and says so, so that on a slow machine a suite ends in time with the results
 * that it has.
 */
export default class SlowRunner extends TestRunner {
  override importFile(path: string, source: "collect" | "setup"): unknown {
    if (source === "setup" || !isOver()) return super.importFile(path, source);
    it.skip("was not run: the time was over");
    return undefined;
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    if (isOver()) test.mode = "skip";
    await super.onBeforeRunTask(test);
  }
}
