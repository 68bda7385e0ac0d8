import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commands } from "../commands/index.ts";
import { findCommand } from "../find-command.ts";
import { inOurOrder } from "../options/python-order.ts";
import { readValues } from "../options/read-values.ts";
import { shellBlocks, shellCommands } from "./test-shell-words.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Pages that people read: not change logs, and not changesets. */
function pages(): string[] {
  return execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && !/^\.changeset\/|CHANGELOG/.test(file));
}

/** A command line of ours without what is before it (`npx`, variables, `mpirun -n 4`), or undefined. */
function ownArguments(words: readonly string[]): string[] | undefined {
  const at = words.findIndex((word) => /^lookonce(@\S+)?$/.test(word));
  const before = words.slice(0, Math.max(at, 0));
  const isOwn = before.every((word) => !/^(npm|install|cd|curl|docker|mkdir|cp)$/.test(word));
  return at < 0 || !isOwn ? undefined : words.slice(at + 1);
}

/** Reads a command line as the command does, without doing anything; throws its usage errors. */
function read(argv: readonly string[]): void {
  const at = argv.indexOf("--");
  const [own, started] = argv[0] === "launch" && at >= 0 ? [argv.slice(0, at), argv.slice(at + 1)] : [argv, []];
  const words = inOurOrder(own);
  if (words.length === 0 || words.some((word) => /^(--)?help$|^-h$|^(--)?version$/.test(word))) return;
  const { command, used } = findCommand(words, commands);
  // Files of options are the reader's
  const rest = words.slice(used).filter((word) => !/^(--)?cfg=/.test(word));
  readValues(rest, command, { commands });
  if (started.length > 0) read(started);
}

describe("commands in the documentation", () => {
  const documented = pages().flatMap((page) =>
    shellBlocks(readFileSync(`${root}${page}`, "utf8")).flatMap(({ line, text }) =>
      shellCommands(text).flatMap((words) => {
        const argv = ownArguments(words);
        return argv === undefined ? [] : [{ place: `${page}:${line}`, argv }];
      }),
    ),
  );

  it("are understood by the command line", () => {
    const wrong = documented.flatMap(({ place, argv }) => {
      try {
        read(argv);
        return [];
      } catch (error) {
        return [`${place}: lookonce ${argv.join(" ")}: ${(error as Error).message}`];
      }
    });
    expect(wrong).toEqual([]);
    expect(documented.length).toBeGreaterThan(100);
  });

  it("would not be if they were wrong", () => {
    expect(() => read(["train", "model=yolov8n.pt", "epohcs=3"])).toThrow(/epochs/);
    expect(() => read(["predcit"])).toThrow(/predict/);
  });
});

describe("shellCommands", () => {
  it("splits lines into words: quotation marks, comments, line ends, pipes", () => {
    expect(shellCommands("A=1 npx x 'a b'  # c\ny \\\n  z | w && v > out")).toEqual([
      ["A=1", "npx", "x", "a b"],
      ["y", "z"],
      ["w"],
      ["v"],
    ]);
  });
});
