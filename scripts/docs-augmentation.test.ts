import { readFileSync } from "node:fs";
import { type HypPreset, hypPresets } from "@lookonce/config";
import { describe, expect, it } from "vitest";

/** The columns of the table, in order. */
const presets: readonly HypPreset[] = [
  "v8",
  "v5-scratch-low",
  "v5-scratch-med",
  "v5-scratch-high",
  "v5-voc",
  "v5-objects365",
];

describe("docs/augmentation.md", () => {
  const page = readFileSync(new URL("../docs/augmentation.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` \| .*$/gm)].map(([line, key]) => {
    const cells = line
      .split("|")
      .slice(4, -1)
      .map((cell) => cell.trim().replaceAll("`", ""));
    return { key: key as string, cells };
  });

  it("has a row for every key of both families' augmentation, and the presets' values", () => {
    const still = Object.entries(hypPresets["v8-no-augmentation"]).filter(([, value]) => value === 0);
    expect(rows.map(({ key }) => key).sort()).toEqual(
      [...still.map(([key]) => key), "copy_paste_mode", "auto_augment"].sort(),
    );
    for (const { key, cells } of rows) {
      const values = presets.map((preset) => (hypPresets[preset] as unknown as Record<string, unknown>)[key] ?? "–");
      expect([key, ...cells]).toEqual([key, ...values.map(String)]);
    }
  });
});
