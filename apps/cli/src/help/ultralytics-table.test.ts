import { readFileSync } from "node:fs";
import { generalOptions, optionSchema, replaceRegions } from "@lookonce/config";
import { expect, it } from "vitest";
import { readPairs, valuesOf } from "../options/parse.ts";
import { pythonHabit } from "../options/python-habits.ts";
import { ultralyticsDefaults, ultralyticsKeys, ultralyticsTable } from "./ultralytics-table.ts";

const page = "../../../../docs/from-ultralytics.md";
const modes = ["train", "val", "predict", "track", "export"] as const;

it("docs/from-ultralytics.md has every key of every mode (npm run generate rewrites it)", async () => {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  const tables = Object.fromEntries(modes.map((mode) => [mode, ultralyticsTable(mode)]));
  await expect(replaceRegions(text, tables)).toMatchFileSnapshot(page);
});

it.each(modes)("lists each key of %s once, with a reason where there is none", (mode) => {
  expect(new Set(ultralyticsKeys[mode]).size).toBe(ultralyticsKeys[mode].length);
  for (const row of ultralyticsTable(mode).split("\n")) expect(row).toMatch(/^\| .+ \| .* \| .+ \| .+ \|$/);
});

it("its modes are commands that there are", () => {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  const rows = [...(text.split("## Modes\n")[1]?.split("\n## ")[0] ?? "").matchAll(/^\| (.+) \| (.+) \|$/gm)].slice(2);
  expect(rows.length).toBeGreaterThan(4);
  const mentioned = rows.map(([, theirs = "", ours = ""]) => ({ theirs, ours }));
  for (const { theirs, ours } of mentioned) {
    expect(ours).toMatch(/^the same names$|`lookonce |^missing: /);
    const same = ours === "the same names" ? [...theirs.matchAll(/`(.+?)`/g)].map(([, name]) => name) : [];
    const named = [...ours.matchAll(/`lookonce (\w+)/g)].map(([, name]) => name);
    for (const name of [...same, ...named]) expect([...Object.keys(optionSchema), "version", "help"]).toContain(name);
  }
  const all = mentioned.map(({ theirs }) => theirs).join();
  for (const mode of [...modes, "benchmark", "tune", "solutions"]) expect(all).toContain(`\`${mode}\``);
});

it.each(["train", "val", "predict"] as const)(
  "accepts what Ultralytics' %s has by default, as its args.yaml does",
  (mode) => {
    const table = { ...generalOptions, ...optionSchema[mode].options };
    const argv = ultralyticsKeys[mode].flatMap((key) => {
      const value = ultralyticsDefaults.get(key);
      const isRefused = pythonHabit(key, value ?? "", table)?.kind === "refusal";
      return value === undefined || isRefused ? [] : [`${key}=${value}`];
    });
    expect(argv.length).toBeGreaterThan(10);
    expect(() => valuesOf(readPairs(argv, table, { name: mode }), table)).not.toThrow();
  },
);
