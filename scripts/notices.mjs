// Writes THIRD-PARTY-NOTICES.txt, the licenses of everything that `npm install lookonce` may bring: `npm run notices`;
// with `-- --check` it only compares. The list is the SBOM's, and so the lock file's, with all platforms; texts are read from
// what is installed. Packages for one platform come without theirs, so that the file is the same wherever it is written.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "THIRD-PARTY-NOTICES.txt");
const rule = "-".repeat(80);

function listed() {
  const arguments_ = ["run", "--silent", "sbom", "--", "--flatten-components", "--output-file", "-"];
  const { components } = JSON.parse(execFileSync("npm", arguments_, { cwd: root, encoding: "utf8" }));
  return components.filter(({ group, name }) => group !== "@lookonce" && name !== "lookonce");
}

/** One line for a package: its name, version and declared license. */
function titleOf({ group, name, version, licenses = [] }) {
  const declared = licenses.map(({ license, expression }) => expression ?? license.id ?? license.name);
  return `${group ? `${group}/` : ""}${name} ${version} (${declared.join(", ") || "no license declared"})`;
}

function textOf({ properties }) {
  const folder = join(root, properties.find(({ name }) => name === "cdx:npm:package:path").value);
  if (!existsSync(folder) || JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).os?.length === 1) return "";
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(name));
  const texts = names.sort().map((name) => readFileSync(join(folder, name), "utf8"));
  return texts.map((text) => text.replaceAll(/[ \t\r]+$/gm, "").trim()).join("\n\n");
}

const titlesByText = new Map();
for (const component of listed()) {
  const text = textOf(component);
  titlesByText.set(text, (titlesByText.get(text) ?? new Set()).add(titleOf(component)));
}
const sections = [...titlesByText].map(([text, titles]) => {
  const lines = [...titles].sort().join("\n");
  return text
    ? `${lines}\n\n${text}`
    : `Without a text of their own, or for one platform; their pages on npmjs.com name their sources:\n\n${lines}`;
});
const head =
  "What lookonce's packages install, with licenses. Written by `npm run notices`; lookonce's own is in LICENSE.";
const notices = `${[head, ...sections.sort()].join(`\n\n${rule}\n`)}\n`;

if (!process.argv.includes("--check")) writeFileSync(file, notices);
else if (!existsSync(file) || readFileSync(file, "utf8") !== notices) {
  console.error("THIRD-PARTY-NOTICES.txt is not what the lock file and node_modules say: run `npm run notices`.");
  process.exitCode = 1;
}
