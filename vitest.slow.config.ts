import { mergeConfig } from "vitest/config";
import { base } from "./vitest.config.ts";

export default mergeConfig(base, {
  test: {
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
