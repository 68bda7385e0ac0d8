import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";
import { maxBytes } from "./bytes.ts";

/** Words that mean something in the formats, or nothing anywhere. */
const words = [
  ...["nan", "-inf", "1e999", "-1", "0", "0x10", "1_000", "9007199254740993", "2000000000", "0.5", "null", "~", "true"],
  ...["&a", "*a", "<<: *a", "!!binary x", "!!set {a}", "- ", "? ", "| ", ">-", "---\n", "%YAML 9", "{", "}", "[", "]"],
  ...[
    "__proto__: 1",
    "constructor",
    "__proto__",
    "\u0000",
    "\u001b]0;x\u0007",
    "\ufeff",
    "\t",
    "\r",
    ",",
    ":",
    "#",
    '"',
  ],
  ...[
    "<a>",
    "</a>",
    "<![CDATA[",
    "&amp;",
    "&#0;",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "../../etc/passwd",
    "C:\\x",
    "\ud800",
  ],
];

/** Nine lines of aliases that stand for gigabytes, in the place of a value. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : Array(9).fill(`*a${i - 1}`)}]`);
  return `\n${levels.join("\n")}\n`;
}

type Edit = (lines: string[], at: number, random: Random) => void;

function replaceWord(lines: string[], at: number, random: Random): void {
  const parts = (lines[at] ?? "").split(/([\s,:<>[\]]+)/);
  parts[random.integer(0, parts.length)] = random.choice(words);
  lines[at] = parts.join("");
}

const edits: readonly Edit[] = [
  (lines, at, random) => {
    const line = lines[at] ?? "";
    const from = random.integer(0, line.length + 1);
    const to = random.chance(0.5) ? from : random.integer(from, line.length + 1);
    lines[at] = `${line.slice(0, from)}${random.choice(words)}${line.slice(to)}`;
  },
  replaceWord,
  replaceWord,
  (lines, at) => lines.splice(at, 1),
  function repeat(lines, at, random) {
    const line = lines[at] ?? "";
    const count = Math.min(random.choice([1, 2, 1000]), Math.floor(maxBytes / (line.length + 1)));
    lines.splice(at, 0, ...Array<string>(count).fill(line));
  },
  (lines, at, random) => {
    const other = random.integer(0, lines.length);
    [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""];
  },
  (lines, at, random) => {
    lines[at] = `${" ".repeat(random.integer(0, 5))}${(lines[at] ?? "").trimStart()}`;
  },
  (lines, at, random) => {
    lines[at] = `${lines[at]}${random.choice(words).repeat(random.choice([50, 5000]))}`;
  },
  (lines, at) => {
    lines[at] = `${lines[at]}${bomb()}`;
  },
  (lines, at, random) => {
    const depth = random.choice([10, 100, 10_000]);
    lines[at] = `${lines[at]} ${"[".repeat(depth)}${"]".repeat(random.chance(0.8) ? depth : 0)}`;
  },
];

/** Changes a text line by line and word by word. */
export const mutateText: Mutate = (bytes, random) => {
  const lines = Buffer.from(bytes).toString("utf8").split("\n");
  random.choice(edits)(lines, random.integer(0, lines.length), random);
  return Buffer.from(lines.join("\n")).subarray(0, maxBytes);
};
