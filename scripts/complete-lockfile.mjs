// Adds to package-lock.json what a registry mirror without other platforms' packages makes npm leave out.
//
// Native tools list one optional package for each platform. Where the registry does not serve one of them, `npm install`
// drops it silently, and `npm ci` then refuses the lock file ("Missing: … from lock file") on every machine. The entry
// is fully known without the packages: the version is pinned by the package that asks for it, the platform is in the name,
// and the registry's index says what the package's bytes hash to (`integrity`), without which `npm ci` would accept any.
// Run after `npm install`: `npm run lock`; with `-- --check` it only reports, and asks nothing of the registry.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const systems = { windows: "win32" };
const processors = { 64: "x64", x86: "ia32", "arm-eabi": "arm", "arm-gnueabihf": "arm", "arm-musleabihf": "arm" };

/** The `os`, `cpu` and `libc` fields that npm compares with the machine, read from a name such as `x-linux-x64-musl`. */
export function platformOf(name) {
  const match =
    /(?<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|windows)-(?<cpu>arm64|arm|x64|x86|ia32|ppc64|riscv64|s390x|loong64|mips64el|64)(?:-(?<abi>gnu|musl|msvc|eabi|gnueabihf|musleabihf))?$/.exec(
      name,
    );
  if (!match?.groups) return undefined;
  const { os, cpu, abi } = match.groups;
  const libc = os === "linux" && abi ? [abi.startsWith("musl") ? "musl" : "glibc"] : undefined;
  return { cpu: [processors[cpu] ?? cpu], ...(libc && { libc }), os: [systems[os] ?? os] };
}

/** Adds the missing optional entries to a parsed lock file, in place; returns their names. */
export function completeLockfile(lock) {
  const added = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const present = `node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages;
      const platform = platformOf(name);
      if (present || platform === undefined || !/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) continue;
      const { cpu, ...rest } = platform;
      lock.packages[`node_modules/${name}`] = {
        version,
        cpu,
        ...(entry.dev && { dev: true }),
        ...(entry.license && { license: entry.license }),
        optional: true,
        ...rest,
      };
      added.push(`${name}@${version}`);
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries(sorted);
  return added;
}

/** Paths of packages whose bytes the lock file does not pin. */
export function withoutIntegrity(lock) {
  const packages = Object.entries(lock.packages).filter(
    ([path, entry]) => path.includes("node_modules/") && !entry.link,
  );
  return packages.filter(([, entry]) => !entry.integrity).map(([path]) => path);
}

function publishedIntegrity(path, version) {
  const name = path.split("node_modules/").at(-1);
  return (
    execFileSync("npm", ["view", `${name}@${version}`, "dist.integrity"], { encoding: "utf8" }).trim() || undefined
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL("../package-lock.json", import.meta.url));
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const added = completeLockfile(lock);
  const check = process.argv.includes("--check");
  const unpinned = withoutIntegrity(lock);
  if (!check) {
    for (const path of unpinned) {
      const { version, ...rest } = lock.packages[path];
      lock.packages[path] = { version, integrity: publishedIntegrity(path, version), ...rest };
    }
    writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  }
  console.log(`${check ? "missing" : "added"}: ${added.join(", ") || "nothing"}`);
  console.log(`${check ? "without" : "added"} integrity: ${unpinned.join(", ") || "none"}`);
  if (check && added.length + unpinned.length > 0) process.exitCode = 1;
}
