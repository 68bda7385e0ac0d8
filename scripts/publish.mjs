// Publishes every public package, after a build: `node scripts/publish.mjs [-- OPTIONS OF npm publish]`, such as `-- --provenance`.
//
// Packages that the registry has in this version already are left alone, so that a run that ended half way can be run again.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stage } from "./registry/stage.mjs";

const options = process.argv.slice(2).filter((argument) => argument !== "--");
const folder = mkdtempSync(join(tmpdir(), "lookonce-publish-"));

const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();

/** Whether the registry has a package in this version. */
async function isThere({ name, version }) {
  const response = await fetch(new URL(name.replace("/", "%2f"), registry), { headers: { connection: "close" } });
  return response.ok && version in (await response.json()).versions;
}

async function publish(path) {
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const state = (await isThere(manifest)) ? "there" : "new  ";
  if (state === "new  ") {
    const args = ["publish", path, "--access", "public", "--ignore-scripts", "--loglevel", "error", ...options];
    const { stderr } = await promisify(execFile)("npm", args);
    process.stderr.write(stderr);
  }
  console.log(`${state} ${manifest.name}@${manifest.version}`);
}

try {
  // Two at a time: npm needs longer to start than to publish
  const paths = stage(folder);
  const publishRest = async () => {
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) await publish(path);
  };
  await Promise.all([publishRest(), publishRest()]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
