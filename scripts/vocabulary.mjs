// Fails on words that the project does not use: `node scripts/vocabulary.mjs [file or folder…]`, all files by default.
// The list is vocabulary.yaml beside this file, which also says how to allow a single use.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { load } from "js-yaml";

const listFile = new URL("vocabulary.yaml", import.meta.url);
const checked = /\.(ts|tsx|mts|mjs|cjs|css|html|md|ya?ml)$/;
const skipped = /(^|\/)generated\/|CHANGELOG\.md$|^scripts\/vocabulary\.(yaml|test\.ts)$/;

/** Parses the list: entries with `words` or `match`, and `use`. */
export function parseVocabulary(text) {
  return load(text).map(({ words = [], match, use }) => ({
    use,
    words: words.length > 0 ? new RegExp(`^(${words.join("|").replaceAll("*", "[a-z]*")})$`) : undefined,
    match: match === undefined ? undefined : new RegExp(match, "g"),
  }));
}

/** The words of a line, identifiers split at capitals, digits and underscores. */
function* wordsOf(line) {
  for (const { 0: word, index } of line.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g)) yield { word, index };
}

/** Finds what a text should not contain: `[{ line, column, word, use }]`, both counted from 1. */
export function findWords(text, vocabulary) {
  const found = [];
  const lines = text.split("\n");
  for (const [number, line] of lines.entries()) {
    const allowed = `${line}\n${lines[number - 1] ?? ""}`.match(/vocabulary-allow: .*/g)?.join(" ") ?? "";
    const report = (word, index, use) => {
      if (!allowed.toLowerCase().includes(word.toLowerCase()))
        found.push({ line: number + 1, column: index + 1, word, use });
    };
    for (const { words, match, use } of vocabulary) {
      if (words)
        for (const { word, index } of wordsOf(line)) if (words.test(word.toLowerCase())) report(word, index, use);
      if (match) for (const { 0: phrase, index } of line.matchAll(match)) report(phrase, index, use);
    }
  }
  return found;
}

function main(paths) {
  const vocabulary = parseVocabulary(readFileSync(listFile, "utf8"));
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...paths], {
    encoding: "utf8",
  });
  let count = 0;
  for (const file of files.split("\n")) {
    if (!checked.test(file) || skipped.test(file)) continue;
    for (const { line, column, word, use } of findWords(readFileSync(file, "utf8"), vocabulary)) {
      console.log(`${file}:${line}:${column}: "${word}": use ${use}`);
      count++;
    }
  }
  if (count > 0) {
    console.log(`${count} words to replace; scripts/vocabulary.yaml has the list and how to allow a single use.`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
