// What strangers do, tried with the packages as they would be published: `node scripts/registry.mjs`, after a build.
//
// A registry on this machine (Verdaccio, from npm) receives every public package; then, in empty folders, `npx lookonce`,
// installations and programs of each kind have to work. It prints what was installed, how large it is and how long things took.
// `--only bun,deno` runs these checks alone, `--only examples` all examples and `--only express` one. `--model FILE --source IMAGE
// --data YAML` are used in place of what the quickstart trains and draws, which takes a minute or two. `--keep` leaves the folder there.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chromiumProgram } from "./chromium.mjs";
import { examples, installPython, layOutExamples } from "./registry/examples.mjs";
import { installTools, startRegistry } from "./registry/registry.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const programs = fileURLToPath(new URL("registry/programs", import.meta.url));
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    keep: { type: "boolean", default: false },
    model: { type: "string" },
    source: { type: "string" },
    data: { type: "string" },
  },
});
const only = values.only?.split(",");

/** What docs/install.md promises, in MB on Linux. */
const largestInstall = 250;

const folder = mkdtempSync(join(tmpdir(), "lookonce-registry-"));
const tools = join(folder, "tools");
let environment = {};

/** Runs a program to its end and returns what it prints; it must succeed. */
function run(cwd, program, ...args) {
  return execFileSync(program, args, {
    cwd,
    encoding: "utf8",
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 26,
    timeout: 600_000,
  });
}

/** An empty folder as somebody would make it for a new project. */
function project(name, manifest = { private: true, type: "module" }) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), `${JSON.stringify(manifest)}\n`);
  return path;
}

function install(cwd, ...packages) {
  return timed(() => run(cwd, "npm", "install", "--loglevel", "error", ...packages));
}

function timed(action) {
  const start = performance.now();
  action();
  return (performance.now() - start) / 1000;
}

function publish() {
  run(root, process.execPath, "scripts/publish.mjs");
}

/** A cache of npm's with the files that this machine has already, and without what npx installed before. */
function npmCache() {
  const cache = join(folder, "npm");
  mkdirSync(cache);
  const files = join(execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim(), "_cacache");
  mkdirSync(files, { recursive: true });
  symlinkSync(files, join(cache, "_cacache"));
  return cache;
}

/** How much an installation needs: bytes on disk and packages. */
function sizeOf(cwd) {
  const megabytes = Number(run(cwd, "du", "-sm", "node_modules").split("\t")[0]);
  const packages = Object.keys(JSON.parse(readFileSync(join(cwd, "node_modules/.package-lock.json"), "utf8")).packages);
  return { megabytes, packages: packages.length };
}

/** The file that ends with a name, anywhere below a folder. */
function find(cwd, ending) {
  const found = readdirSync(cwd, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(ending));
  if (found === undefined) throw new Error(`no ${ending} below ${cwd}`);
  return join(cwd, found);
}

/** `npx lookonce` where nothing is: it installs itself, trains the quickstart's model, and finds shapes in an image. */
function tryNpx() {
  const cwd = join(folder, "npx");
  mkdirSync(cwd);
  const seconds = timed(() => run(cwd, "npx", "--yes", "lookonce@latest", "--version"));
  console.log(`     npx lookonce --version, which installs it: ${seconds.toFixed(1)} s`);
  let output = "";
  const trained = timed(() => {
    output = run(cwd, "npx", "--yes", "lookonce@latest", "quickstart");
  });
  console.log(`     npx lookonce quickstart: ${trained.toFixed(1)} s; ${output.split("\n")[0]}`);
  const [, map50] = /mAP50 ([\d.]+)/.exec(output) ?? [];
  if (!(Number(map50) >= 0.9)) throw new Error(`the quickstart's detector has an mAP50 of ${map50}, not 0.9 at least`);
  const model = find(join(cwd, "runs"), "weights/best.safetensors");
  const [image] = readdirSync(join(find(cwd, "images/val")));
  const source = join(find(cwd, "images/val"), image);
  const found = run(cwd, "npx", "--yes", "lookonce@latest", "predict", `model=${model}`, `source=${source}`);
  console.log(`     npx lookonce predict: ${found.trim().split("\n").at(-1)}`);
  return { model, source, data: find(cwd, "/shapes.yaml") };
}

const bin = (path) => join(tools, "node_modules", path);

/** What is tried with `lookonce` installed in one project: name, and how the program there is started. */
const inProject = {
  esm: (cwd, given) =>
    run(cwd, process.execPath, "detect.mjs", ...given) + run(cwd, process.execPath, "train.mjs", ...given.slice(2)),
  commonjs: (cwd, given) => run(cwd, process.execPath, "detect.cjs", ...given),
  "typescript node16": (cwd, given) => {
    run(cwd, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.node16.json");
    return run(cwd, process.execPath, "out/detect-typed.mjs", ...given);
  },
  "typescript bundler": (cwd) => {
    run(cwd, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.bundler.json");
    return "types are found";
  },
  bun: (cwd, given) => {
    const bun = bin("@oven/bun-linux-x64/bin/bun");
    return run(cwd, bun, "detect.mjs", ...given) + run(cwd, bun, "train.mjs", ...given.slice(2));
  },
  deno: (cwd, given) => {
    const deno = [bin("@deno/linux-x64-glibc/deno"), "run", "--allow-all", "--node-modules-dir=manual"];
    return run(cwd, ...deno, "detect.mjs", ...given) + run(cwd, ...deno, "train.mjs", ...given.slice(2));
  },
};

/** `lookonce predict` with nothing else: the sample that comes along. */
function trySample() {
  const cwd = join(folder, "sample");
  mkdirSync(cwd);
  const seconds = timed(() => {
    const output = run(cwd, "npx", "--yes", "lookonce@latest", "predict");
    if (!/shapes\.jpg: \d/.test(output)) throw new Error(`nothing was found: ${output}`);
    console.log(`     ${output.trim().split("\n")[0]}`);
  });
  console.log(`     npx lookonce predict: ${seconds.toFixed(1)} s; ${find(cwd, "shapes.jpg")}`);
}

/** `npm create lookonce`: a project that compiles, trains and detects as it is. */
function tryCreate() {
  const name = "my pets";
  run(folder, "npm", "create", "--yes", "lookonce@latest", name);
  const cwd = join(folder, name);
  install(cwd);
  const output = run(cwd, "npm", "start", "--silent");
  const [, score] = /mAP50 on data\/images\/val: ([\d.]+)/.exec(output) ?? [];
  if (!(Number(score) > 0.5)) throw new Error(`it has learned nothing: ${output}`);
  console.log(`     mAP50 ${score}; ${output.trim().split("\n").at(-1)}`);
}

/** A single package, alone. */
function tryOnePackage() {
  const cwd = project("one-package");
  install(cwd, "@lookonce/augment");
  cpSync(join(programs, "letterbox.mjs"), join(cwd, "letterbox.mjs"));
  console.log(`     ${run(cwd, process.execPath, "letterbox.mjs").trim()}`);
}

/** An installation of `lookonce`, and programs of each kind in it. */
async function tryProject(made) {
  const cwd = project("project");
  await check("npm install lookonce", () => {
    const seconds = install(cwd, "lookonce");
    const { megabytes, packages } = sizeOf(cwd);
    console.log(`     ${packages} packages, ${megabytes} MB, ${seconds.toFixed(1)} s`);
    if (megabytes > largestInstall) throw new Error(`an installation must not need more than ${largestInstall} MB`);
  });
  cpSync(programs, cwd, { recursive: true });
  install(cwd, "--save-dev", "@types/node@20");
  const losses = new Set();
  for (const [name, action] of Object.entries(inProject)) {
    await check(name, () => {
      const lines = action(cwd, [made.model, made.source, made.data]).trim().split("\n");
      for (const line of lines) console.log(`     ${line}`);
      for (const line of lines.filter((text) => text.startsWith("trained"))) losses.add(line);
    });
  }
  await check("the same losses everywhere", () => {
    if (losses.size > 1) throw new Error([...losses].join("; "));
  });
}

/** The examples, in one project with one installation; each is run by its own test, two at a time. */
async function tryExamples() {
  const names = examples.filter((name) => only === undefined || only.includes("examples") || only.includes(name));
  if (names.length === 0) return;
  const start = performance.now();
  const cwd = join(folder, "examples");
  const python = names.includes("python") ? installPython(join(folder, "python")) : undefined;
  // It is awaited where it is needed
  python?.catch(() => {});
  const isInstalled = await report(`npm install of ${names.length} examples`, () => {
    layOutExamples(cwd, names);
    install(cwd);
    const { megabytes, packages } = sizeOf(cwd);
    console.log(`     ${packages} packages, ${megabytes} MB`);
    return true;
  });
  if (isInstalled !== true) return;
  const given = {
    ...environment,
    ...(values.model === undefined ? {} : { MODEL: resolve(values.model) }),
    ...(values.source === undefined ? {} : { IMAGE: resolve(values.source) }),
    CHROMIUM: await chromiumProgram(folder),
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const waiting = [...names];
  const runNext = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const own = name;
      await report(`example ${own}`, async () => {
        const env = own === "python" ? { ...given, PYTHON: await python } : given;
        await promisify(execFile)("npm", ["test"], { cwd: join(cwd, own), env, timeout: 600_000, maxBuffer: 2 ** 26 });
      });
    }
  };
  await Promise.all([runNext(), runNext()]);
  console.log(`     all examples: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

let failed = 0;
/** Runs one check, where it is wanted, and reports it. */
async function check(name, action) {
  if (only !== undefined && !["publish", "npx lookonce", "npm install lookonce", ...only].includes(name))
    return undefined;
  return report(name, action);
}

/** Runs a check and reports it. */
async function report(name, action) {
  const start = performance.now();
  try {
    const result = await action();
    console.log(`ok   ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
    return undefined;
  }
}

let registry;
try {
  installTools(tools, ["verdaccio@6", "bun@1", "deno@2"]);
  registry = await startRegistry(join(folder, "registry"), tools);
  environment = {
    ...process.env,
    npm_config_registry: registry.url,
    npm_config_userconfig: registry.npmrc,
    npm_config_cache: npmCache(),
    LOOKONCE_CACHE: join(folder, "cache"),
  };
  await check("publish", publish);
  if (only?.every((name) => name === "examples" || examples.includes(name)) !== true) {
    const made = values.model === undefined ? await check("npx lookonce", tryNpx) : values;
    if (made === undefined) throw new Error("without npx lookonce there is no model for the other checks");
    await check("npx lookonce predict", trySample);
    await check("npm create lookonce", tryCreate);
    await tryProject(made);
    await check("one package", tryOnePackage);
  }
  await tryExamples();
} finally {
  registry?.stop();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? "all of it works" : `${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
