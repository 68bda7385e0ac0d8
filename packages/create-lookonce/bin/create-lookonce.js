#!/usr/bin/env node
// A file that is there before the build, so that npm can link the command in a fresh clone.
import { existsSync } from "node:fs";

if (existsSync(new URL("../dist/main.js", import.meta.url))) await import("../dist/main.js");
else {
  console.error("lookonce is not built yet: run `npm run build` in the repository first.");
  process.exitCode = 1;
}
