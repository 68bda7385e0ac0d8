import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readImageSize } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../test-model.ts";
import { runQuickstart } from "./run-quickstart.ts";

const folder = temporaryFolder();

describe("runQuickstart", () => {
  it("leaves images, weights, the ONNX file and a report of what it measured", async () => {
    const directory = join(folder, "quickstart");
    const lines: string[] = [];
    const result = await runQuickstart({
      directory,
      settings: { train: 16, val: 4, epochs: 1 },
      log: (line) => lines.push(line),
    });
    expect(result.directory).toBe(directory);
    const made = ["model.onnx", "curves.png", "train/weights/best.safetensors", "shapes/shapes.yaml"];
    for (const name of made) expect(existsSync(join(directory, name)), name).toBe(true);
    expect(await readImageSize(join(directory, "unseen-detected.png"))).toEqual({
      width: 4 * 324 + 4,
      height: 2 * 324 + 4,
    });
    const report = readFileSync(join(directory, "report.md"), "utf8");
    expect(report).toContain(`**mAP50 ${(100 * result.validation.map50).toFixed(1)} %**`);
    const linked = [...report.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((match) => match[1] as string);
    expect(linked).toHaveLength(3);
    for (const name of linked) expect(existsSync(join(directory, name)), name).toBe(true);
    expect(result.agreement.pixels).toBeLessThan(0.1);
    expect(lines.length).toBeGreaterThan(3);
  });
});
