// Type-checks and runs every ```ts block of the READMEs against the built packages, as their readers would:
// `npm run readme`. A block marked ```ts no-run is only type-checked (it needs a GPU, a checkpoint or a data set).

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
// Below the root's node_modules, so that imports by name find what a user would have installed.
const workplace = join(root, "node_modules/.cache/lookonce/readme-examples");
const secondsAllowed = 120;
const atOnce = 2;

/**
 * The ```ts blocks of a Markdown text. `line` is the line number of the opening fence; `code` starts with as many empty
 * lines, so that every line keeps the number it has in the README.
 */
export function extractExamples(markdown) {
  const examples = [];
  let open;
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^(?<ticks>`{3,})(?<info>.*)$/.exec(text);
    if (open === undefined && fence) {
      const [language, ...marks] = fence.groups.info.trim().split(/\s+/);
      open = { ticks: fence.groups.ticks, language, run: !marks.includes("no-run"), line: index + 1, lines: [] };
    } else if (open !== undefined && fence?.groups.ticks === open.ticks && fence.groups.info.trim() === "") {
      const { language, run, line, lines } = open;
      if (language === "ts") examples.push({ run, line, code: `${"\n".repeat(line)}${lines.join("\n")}\n` });
      open = undefined;
    } else {
      open?.lines.push(text);
    }
  }
  return examples;
}

/** All READMEs of the repository, as paths from its root. */
function readmes() {
  const folders = ["packages", "apps", "examples"].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => join(group, name)) : [],
  );
  return ["README.md", ...folders.map((folder) => join(folder, "README.md"))].filter((path) =>
    existsSync(join(root, path)),
  );
}

/** Writes the examples below the workplace; each knows its place in its README. */
function layOut() {
  rmSync(workplace, { recursive: true, force: true });
  mkdirSync(workplace, { recursive: true });
  writeFileSync(join(workplace, "package.json"), '{ "type": "module" }\n');
  return readmes().flatMap((readme) =>
    extractExamples(readFileSync(join(root, readme), "utf8")).map((example) => {
      const name = `${readme.replaceAll(/[/\\]/g, "__")}.${example.line}`;
      writeFileSync(join(workplace, `${name}.ts`), example.code);
      const { code } = transformSync(example.code, {
        loader: "ts",
        format: "esm",
        target: "node20",
        sourcemap: "inline",
        sourcefile: `${name}.ts`,
      });
      writeFileSync(join(workplace, `${name}.mjs`), code);
      return { ...example, readme, name };
    }),
  );
}

/** Replaces the workplace's file names by README names and lines. */
function inReadmeTerms(text, examples) {
  let said = text;
  for (const { name, readme } of examples) {
    const file = `${name}.ts`.replaceAll(".", "\\.");
    said = said.replaceAll(new RegExp(`(?:file://)?[^\\s()]*${file}[(:](\\d+)(?:[,:]\\d+\\)?)?`, "g"), `${readme}:$1`);
  }
  return said;
}

/** Type errors of the examples, one a line; errors elsewhere belong to `npm run typecheck`. */
function typeErrors(examples) {
  const options = { noEmit: true, noUnusedLocals: false, isolatedDeclarations: false, declaration: false };
  const config = {
    extends: relative(workplace, join(root, "tsconfig.base.json")),
    compilerOptions: { ...options, customConditions: [], typeRoots: [join(root, "node_modules/@types")] },
    files: examples.map(({ name }) => `${name}.ts`),
    exclude: [],
  };
  writeFileSync(join(workplace, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [compiler, "-p", workplace, "--pretty", "false"], {
    cwd: workplace,
    encoding: "utf8",
  });
  const errors = inReadmeTerms(stdout, examples)
    .split("\n")
    .filter((line) => /README\.md:\d+/.test(line));
  return status !== 0 && errors.length === 0 ? [`tsc failed: ${stdout.slice(0, 2000)}`] : errors;
}

/** Runs one example in an empty folder of its own; resolves to what went wrong, or to undefined. */
function run(example, examples) {
  const folder = join(workplace, `${example.name}.folder`);
  mkdirSync(folder);
  const file = join(workplace, `${example.name}.mjs`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--enable-source-maps", file], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: secondsAllowed * 1000,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
    }
    child.on("close", (code, signal) => {
      const why = signal === null ? `exit code ${code}` : `stopped after ${secondsAllowed} s`;
      resolve(code === 0 ? undefined : `${example.readme}:${example.line}: ${why}\n${inReadmeTerms(said, examples)}`);
    });
  });
}

/** Runs the examples, a few at a time. */
async function runAll(examples) {
  const waiting = examples.filter((example) => example.run);
  const failures = [];
  const worker = async () => {
    for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) {
      const failure = await run(example, examples);
      console.log(`${failure === undefined ? "ok  " : "FAIL"} ${example.readme}:${example.line}`);
      if (failure !== undefined) failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failures;
}

async function main() {
  const examples = layOut();
  const failures = [...typeErrors(examples), ...(await runAll(examples))];
  for (const failure of failures) console.error(failure);
  const ran = examples.filter((example) => example.run).length;
  console.log(`${examples.length} README examples checked, ${ran} of them run, ${failures.length} failures`);
  if (failures.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
