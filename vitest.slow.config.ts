import { mergeConfig } from "vitest/config";
import base from "./vitest.config.ts";

// Isolated: some of them measure memory, or end the process that they run in
const slow = mergeConfig(base, { test: { testTimeout: 900_000, hookTimeout: 900_000, isolate: true } });
slow.test.include = [
  "packages/*/src/**/*.slow.test.ts",
  "apps/*/src/**/*.slow.test.ts",
  "apps/*/web/tests/**/*.slow.test.ts",
  "examples/*/**/*.slow.test.ts",
];
slow.test.exclude = ["**/node_modules/**", "**/dist/**"];

export default slow;
