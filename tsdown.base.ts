import { defineConfig, type UserConfig } from "tsdown";

/** How every package is built: ESM for Node 20.19, types from isolated declarations, dependencies left alone. */
export function library(overrides: UserConfig = {}): UserConfig {
  return defineConfig({
    entry: ["src/index.ts"],
    format: "esm",
    platform: "node",
    target: "node20.19",
    dts: { oxc: true, sourcemap: false },
    sourcemap: true,
    clean: true,
    fixedExtension: false,
    logLevel: "warn",
    ...overrides,
  });
}
