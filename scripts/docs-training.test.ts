import { readFileSync } from "node:fs";
import { hypPresets } from "@lookonce/config";
import { expect, it } from "vitest";

const page = (name: string): string => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), "utf8");

it("docs/training.md has the keys of both families' recipes, but for those that docs/augmentation.md has", () => {
  const [, table = ""] = /^\| keys \|[^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)/m.exec(page("training")) ?? [];
  const cells = table.split("\n").map((line) => line.split("|")[1] ?? "");
  const named = new Set(cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key as string)));
  const augmentation = new Set([...page("augmentation").matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key as string));
  const keys = new Set([hypPresets.v8, hypPresets["v5-scratch-low"]].flatMap((preset) => Object.keys(preset)));
  expect([...keys].filter((key) => !named.has(key) && !augmentation.has(key)).join()).toBe("");
});
