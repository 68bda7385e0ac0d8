// Packs every public package as `npm publish` would and checks the tarballs: `npm run publish:check`, after a build.
//
// A tarball must please publint and are-the-types-wrong (as an ESM-only package), carry README and the license, and must
// not carry tests, fixtures, or a dependency that is never published. What is for browsers must bundle without Node's modules,
// and name no file that is not there.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { pack, publicPackages } from "./registry/stage.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Kilobytes that each package may have, packed: a sixth above what it had when this was written. Raise one on purpose. */
const budgets = JSON.parse(readFileSync(new URL("size-budgets.json", import.meta.url), "utf8"));
const unwanted = /\.test\.|(^|\/)test-[^/]+\.ts$|(^|\/)(fixtures|__snapshots__|coverage|runs)\/|\.tsbuildinfo$|\.log$/;
// What CommonJS programs and pre-2021 resolvers make of an ESM package is no concern of an ESM-only package.
const ignoredResolutions = new Set(["node10", "node16-cjs"]);

const packages = publicPackages();
const published = new Set(packages.map(({ manifest }) => manifest.name));

/** What is wrong with the list of packed files. */
function checkFiles({ files, size }, manifest) {
  const paths = files.map(({ path }) => path);
  const wrong = paths.filter((path) => unwanted.test(path)).map((path) => `must not be published: ${path}`);
  for (const path of ["README.md", "LICENSE", "package.json"]) {
    if (!paths.includes(path)) wrong.push(`missing from the tarball: ${path}`);
  }
  for (const path of [
    ...Object.values(manifest.bin ?? {}),
    manifest.exports?.["."]?.default,
    manifest.exports?.["."]?.types,
  ]) {
    if (path && !paths.includes(path.replace("./", ""))) wrong.push(`named by package.json, but not packed: ${path}`);
  }
  const budget = budgets[manifest.name];
  if (budget === undefined) wrong.push("has no row in scripts/size-budgets.json");
  else if (kilobytes(size) > budget) wrong.push(`packs to more than its ${budget} kB of scripts/size-budgets.json`);
  return wrong;
}

function kilobytes(bytes) {
  return Math.ceil(bytes / 1024);
}

/** What is wrong with the package's own folder. */
function checkManifest({ folder, manifest }) {
  const wrong = [];
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  for (const name of dependencies) {
    if (/^@?lookonce(\/|$)/.test(name) && !published.has(name)) wrong.push(`depends on ${name}, which is private`);
  }
  for (const field of ["description", "license", "repository", "engines"]) {
    if (!manifest[field]) wrong.push(`package.json has no "${field}"`);
  }
  const license = join(folder, "LICENSE");
  if (!existsSync(license) || readFileSync(license, "utf8") !== readFileSync(join(root, "LICENSE"), "utf8")) {
    wrong.push("LICENSE is not the repository's: copy it here");
  }
  return wrong;
}

/** What are-the-types-wrong finds, as sentences. */
async function checkTypes(tarball) {
  const result = await checkPackage(createPackageFromTarballData(tarball), {
    excludeEntrypoints: ["./package.json"],
  });
  if (!result.types) return [];
  return result.problems
    .filter((problem) => !ignoredResolutions.has(problem.resolutionKind))
    .map(({ kind, entrypoint, resolutionKind, typesFileName, fileName }) =>
      ["types:", kind, entrypoint ?? typesFileName ?? fileName, resolutionKind].filter(Boolean).join(" "),
    );
}

/** Whether a file is one that a page loads. */
function isAsset(path) {
  return /^\/?dist\/assets\//.test(path ?? "");
}

/** What publint finds, as sentences. */
async function checkPublint(tarball) {
  const pack = { tarball: new Uint8Array(tarball).buffer };
  const { messages, pkg } = await publint({ pack, strict: true, level: "warning" });
  // What a page loads is imported by nobody, and a bundler's names say nothing of its form
  const imported = messages.filter(
    ({ code, args }) => !(code.startsWith("FILE_INVALID") && isAsset(args.actualFilePath)),
  );
  return imported.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** What a bundler finds that makes a page of a package's built files, where they are for browsers. */
async function checkBrowserBuild({ manifest }) {
  if (manifest.exports?.["."]?.browser === undefined) return [];
  const { errors } = await build({
    entryPoints: [manifest.name],
    absWorkingDir: root,
    ...{ bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent" },
    external: ["@tensorflow/*", "onnxruntime-web", "onnxruntime-web/*"],
  }).catch((failure) => failure);
  return errors.map(({ text, location }) => `for browsers: ${text} (${location?.file})`);
}

const address = /new URL\(\s*(["'`])([^"'`]+)\1\s*,\s*import\.meta\.url\s*\)/g;

/** Addresses of files in what is built for browsers that are not there: webpack ends with an error for each. */
function checkAddresses({ folder }) {
  const built = join(folder, "dist/browser");
  if (!existsSync(built)) return [];
  const scripts = readdirSync(built, { recursive: true }).filter((name) => name.endsWith(".js"));
  return scripts.flatMap((name) => {
    const found = [...readFileSync(join(built, name), "utf8").matchAll(address)].map(([, , path]) => path);
    const missing = found.filter((path) => !existsSync(join(built, dirname(name), path)));
    return missing.map((path) => `for browsers: ${name} names ${path}, which is not there`);
  });
}

async function main() {
  const destination = mkdtempSync(join(tmpdir(), "lookonce-pack-"));
  let failed = 0;
  try {
    const packed = new Map(pack(packages, destination).map((report) => [report.name, report]));
    for (const entry of packages) {
      const report = packed.get(entry.manifest.name);
      const tarball = readFileSync(join(destination, report.filename));
      const wrong = [
        ...checkManifest(entry),
        ...checkFiles(report, entry.manifest),
        ...(await checkPublint(tarball)),
        ...(await checkTypes(tarball)),
        ...(await checkBrowserBuild(entry)),
        ...checkAddresses(entry),
      ];
      if (wrong.length > 0) failed++;
      const size = `${kilobytes(report.size)} of ${budgets[entry.manifest.name]} kB packed`;
      console.log(
        `${wrong.length === 0 ? "ok  " : "FAIL"} ${entry.manifest.name} (${report.files.length} files, ${size})`,
      );
      for (const sentence of wrong) console.log(`     ${sentence}`);
    }
  } finally {
    rmSync(destination, { recursive: true });
  }
  console.log(
    failed === 0 ? `all ${packages.length} packages can be published` : `${failed} packages cannot be published`,
  );
  if (failed > 0) process.exitCode = 1;
}

await main();
