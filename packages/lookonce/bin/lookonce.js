#!/usr/bin/env node
// A file that is there before the build, so that npm can link the command in a fresh clone.
import { existsSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";

if (existsSync(new URL("../dist/index.js", import.meta.url))) {
  // From version 22.8 on Node keeps what it compiled. Not in its default folder, which every user of a machine can write to
  if (module.enableCompileCache !== undefined && !process.env.NODE_COMPILE_CACHE) {
    const { cacheFolder } = await import("@lookonce/files");
    module.enableCompileCache(join(process.env.LOOKONCE_CACHE || cacheFolder(), "code"));
  }
  await import("@lookonce/cli");
} else {
  console.error("lookonce is not built yet: run `npm run build` in the repository first.");
  process.exitCode = 1;
}
