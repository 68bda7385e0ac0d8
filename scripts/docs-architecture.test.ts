import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(`${root}docs/architecture.md`, "utf8");

/** The cells of the rows of the table below a heading. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1));
}

const quoted = (text = ""): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe("docs/architecture.md", () => {
  it("names files that exist", () => {
    const files = rowsBelow("Where things are").flatMap(([, where]) => quoted(where));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(root + file))).toEqual([]);
  });

  it("has the arrows between packages that the boundaries' check enforces", () => {
    const { forbidden } = createRequire(import.meta.url)(`${root}.dependency-cruiser.cjs`) as {
      forbidden: { name: string; comment?: string }[];
    };
    const rules = new Map(forbidden.map(({ name, comment = "" }) => [name, comment.split("may import only: ")[1]]));
    const rows = rowsBelow("Packages").filter(([, , arrows = ""]) => !/most of the above|all/.test(arrows));
    expect(rows.length).toBeGreaterThan(20);
    for (const [cell, , arrows] of rows) {
      const [name = ""] = quoted(cell);
      const allowed = rules.get(`graph-${name}`)?.replace(/\.$/, "").split(", ") ?? [];
      expect([name, ...quoted(arrows).sort()]).toEqual([
        name,
        ...allowed.filter((other) => other !== "no other package").sort(),
      ]);
    }
  });
});
