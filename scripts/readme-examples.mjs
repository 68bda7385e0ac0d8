// Type-checks and runs every ```ts block of the READMEs and of docs/ against the built packages, as their readers would:
// `npm run readme`, of some pages alone `npm run readme -- docs/predict.md`. A block marked ```ts no-run is only type-checked (it
// needs a GPU, a checkpoint or a data set); one marked ```ts continued goes on where the block before it ended. Blocks of
// JavaScript, JSON and YAML are parsed. Commands of lookonce are read by apps/cli/src/help/documented-commands.test.ts.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { load } from "js-yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
// Below the root's node_modules, so that imports by name find what a user would have installed.
const workplace = join(root, "node_modules/.cache/lookonce/readme-examples");
const secondsAllowed = 120;
const atOnce = 2;

/**
 * The ```ts blocks of a Markdown text. `line` is the line number of the opening fence; `code` starts with as many empty
 * lines, so that every line keeps the number it has in the page. A continued block is appended to the one before, with which it is
 * run if both are to be run.
 */
export function extractExamples(markdown) {
  const examples = [];
  for (const block of blocksOf(markdown)) if (block.language === "ts") addExample(examples, block);
  return examples;
}

/** The parsers of languages whose blocks are not run. */
const parsers = { js: (text) => transformSync(text, { loader: "js" }), json: JSON.parse, yaml: load };

/** What cannot be parsed among a page's blocks of JavaScript, JSON and YAML: the line of the fence, and why. */
export function unreadableBlocks(markdown) {
  return blocksOf(markdown).flatMap(({ language, line, lines }) => {
    try {
      parsers[language]?.(lines.join("\n"));
      return [];
    } catch (error) {
      return [`${line}: this ${language} cannot be parsed: ${error.message}`];
    }
  });
}

/** The blocks between fences: language, marks, line of the fence, lines. */
function blocksOf(markdown) {
  const blocks = [];
  let open;
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^(?<ticks>`{3,})(?<info>.*)$/.exec(text);
    if (open === undefined && fence) {
      const [language, ...marks] = fence.groups.info.trim().split(/\s+/);
      const mark = { run: !marks.includes("no-run"), continued: marks.includes("continued") };
      open = { ...mark, ticks: fence.groups.ticks, language, line: index + 1, lines: [] };
    } else if (open !== undefined && fence?.groups.ticks === open.ticks && fence.groups.info.trim() === "") {
      blocks.push(open);
      open = undefined;
    } else {
      open?.lines.push(text);
    }
  }
  return blocks;
}

function addExample(examples, { run, continued, line, lines }) {
  const last = continued ? examples.at(-1) : undefined;
  if (continued && last === undefined) throw new Error(`line ${line}: there is no block that this one continues`);
  const linesBefore = last === undefined ? 0 : last.code.split("\n").length - 1;
  const code = `${"\n".repeat(line - linesBefore)}${lines.join("\n")}\n`;
  if (last === undefined) examples.push({ run, line, code });
  else Object.assign(last, { run: last.run && run, code: last.code + code });
}

/** All READMEs of the repository and the pages of docs/, as paths from its root; or those that are named. */
function pages() {
  if (process.argv.length > 2) return process.argv.slice(2);
  const folders = ["packages", "apps", "examples"].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => join(group, name)) : [],
  );
  const docs = ["docs", "docs/how-to", "apps/docs/pages"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  );
  return ["README.md", ...folders.map((folder) => join(folder, "README.md")), ...docs].filter((path) =>
    existsSync(join(root, path)),
  );
}

/** Writes the examples below the workplace; each knows its place in its page. */
function layOut() {
  rmSync(workplace, { recursive: true, force: true });
  mkdirSync(workplace, { recursive: true });
  writeFileSync(join(workplace, "package.json"), '{ "type": "module" }\n');
  return pages().flatMap((page) =>
    extractExamples(readFileSync(join(root, page), "utf8")).map((example) => {
      const name = `${page.replaceAll(/[/\\]/g, "__")}.${example.line}`;
      writeFileSync(join(workplace, `${name}.ts`), example.code);
      const { code } = transformSync(example.code, {
        loader: "ts",
        format: "esm",
        target: "node20",
        sourcemap: "inline",
        sourcefile: `${name}.ts`,
      });
      writeFileSync(join(workplace, `${name}.mjs`), code);
      return { ...example, page, name };
    }),
  );
}

/** Replaces the workplace's file names by pages' names and lines. */
function inPageTerms(text, examples) {
  let said = text;
  for (const { name, page } of examples) {
    const file = `${name}.ts`.replaceAll(".", "\\.");
    said = said.replaceAll(new RegExp(`(?:file://)?[^\\s()]*${file}[(:](\\d+)(?:[,:]\\d+\\)?)?`, "g"), `${page}:$1`);
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
  const errors = inPageTerms(stdout, examples)
    .split("\n")
    .filter((line) => /\.md:\d+/.test(line));
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
      resolve(code === 0 ? undefined : `${example.page}:${example.line}: ${why}\n${inPageTerms(said, examples)}`);
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
      console.log(`${failure === undefined ? "ok  " : "FAIL"} ${example.page}:${example.line}`);
      if (failure !== undefined) failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failures;
}

async function main() {
  const examples = layOut();
  const unreadable = pages().flatMap((page) =>
    unreadableBlocks(readFileSync(join(root, page), "utf8")).map((fault) => `${page}:${fault}`),
  );
  const failures = [...unreadable, ...typeErrors(examples), ...(await runAll(examples))];
  for (const failure of failures) console.error(failure);
  const ran = examples.filter((example) => example.run).length;
  console.log(`${examples.length} examples checked, ${ran} of them run, ${failures.length} failures`);
  if (failures.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
