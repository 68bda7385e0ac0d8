import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Seconds within which the registry must answer. */
const startSeconds = 60;

/** A port that nothing listens on. */
async function unusedPort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Installs programs of npm's into a folder, without their install scripts. */
export function installTools(folder, packages) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, overrides: { "node-fetch": "^2.7.0" } }));
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error", ...packages];
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * Starts Verdaccio in a folder: what is published stays there, and everything else comes from the registry that npm is
 * configured for.
 */
export async function startRegistry(folder, tools) {
  const port = await unusedPort();
  const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const config = {
    storage: join(folder, "storage"),
    // Everybody may publish: it listens to this machine alone, for as long as the checks last
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
    uplinks: { npm: { url: upstream, cache: true, timeout: "60s" } },
    packages: {
      "{@lookonce/*,lookonce,create-lookonce}": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "npm" },
    },
    max_body_size: "64mb",
    log: { type: "stdout", format: "json", level: "warn" },
  };
  mkdirSync(folder, { recursive: true });
  // JSON is YAML
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const program = join(tools, "node_modules/verdaccio/bin/verdaccio");
  const args = [program, "--config", join(folder, "config.yaml"), "--listen", `127.0.0.1:${port}`];
  const env = { ...process.env, NODE_NO_WARNINGS: "1" };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}/`;
  const npmrc = join(folder, "npmrc");
  writeFileSync(
    npmrc,
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=nobody\nfund=false\naudit=false\nupdate-notifier=false\n`,
  );
  for (const end = Date.now() + startSeconds * 1000; ; await sleep(200)) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
    if ((await fetch(`${url}-/ping`).catch(() => undefined))?.ok) break;
    if (Date.now() > end) throw new Error(`the registry did not answer within ${startSeconds} s`);
  }
  return { url, npmrc, stop: () => child.kill() };
}
