// Publishes every public package, after a build: `node scripts/publish.mjs [-- OPTIONS OF npm publish]`, such as `-- --provenance`.
//
// Packages that the registry has in this version already are left alone, so that a run that ended half way can be run again.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stage } from "./registry/stage.mjs";

const options = process.argv.slice(2).filter((argument) => argument !== "--");
const folder = mkdtempSync(join(tmpdir(), "lookonce-publish-"));

const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();

/** Whether the registry has a package in this version. */
async function isThere({ name, version }) {
  const response = await fetch(new URL(name.replace("/", "%2f"), registry), { headers: { connection: "close" } });
  return response.ok && version in (await response.json()).versions;
}

try {
  for (const path of stage(folder)) {
    const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const state = (await isThere(manifest)) ? "there" : "new  ";
    if (state === "new  ") {
      const args = ["publish", path, "--access", "public", "--ignore-scripts", "--loglevel", "error", ...options];
      execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
    }
    console.log(`${state} ${manifest.name}@${manifest.version}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
