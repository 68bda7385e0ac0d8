#!/usr/bin/env node
// A file that is there before the build, so that npm can link the command in a fresh clone.
import { existsSync } from "node:fs";

const built = new URL("../dist/main.js", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  console.error("lookonce is not built yet: run `npm run build` in the repository first.");
  process.exitCode = 1;
}
