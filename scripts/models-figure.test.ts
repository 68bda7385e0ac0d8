import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as nn from "@lookonce/nn";
import { describe, expect, it } from "vitest";
import { modelDocuments, withTables } from "./models-figure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("docs/models.md", () => {
  const documents = modelDocuments(nn);

  it.each([...documents.keys()])("%s is as the models are (npm run docs:models)", (path) => {
    expect(read(path)).toBe(documents.get(path));
  });

  it("has a box for every layer and an arrow for everything that one reads", () => {
    const { layers } = nn.parseModelConfig(nn.readModelConfig("yolov8l").source);
    const svg = documents.get("docs/images/yolov8.svg") ?? "";
    for (const { index, name } of layers) expect(svg).toContain(`>${index}  ${name}`);
    const read = layers.flatMap(({ sources }) => sources.filter((source) => source >= 0));
    expect(svg.match(/class="arrow" d=/g)).toHaveLength(read.length);
  });

  it("lists every scale of every shipped model", () => {
    const page = documents.get("docs/models.md") ?? "";
    for (const name of ["yolov8x-p2", "yolov5n6", "yolov5nu", "yolov3-tiny", "yolo11m", "yolov5s-transformer"]) {
      expect(page).toContain(`| \`${name}\` |`);
    }
    for (const name of ["yolo26x-p6", "yolo26n-pose", "yolo12l", "yolov10b", "yolov9e"]) {
      expect(page).toContain(`| \`${name}\` |`);
    }
    expect(page).toMatch(/^\| `yolov8x-p2` \| 29 \| 66,637,536 \| 4,688,976 \| 316.9 \| .* \| 4, 8, 16, 32 \|$/m);
    expect(page).toContain("| `yolo26n` | 24 | 2,572,280 | 309,656 | 6.0 | 2,408,932 | 5.4 | 8, 16, 32 |");
    expect(page).not.toContain("belongs to no family");
  });

  it("lists what published detectors cost fused, with the accuracy that was published", () => {
    const page = documents.get("docs/choosing-a-model.md") ?? "";
    expect(page).toContain("| `yolo26n.pt` | 2.4 M | 5.4 | 40.9 | 40.1 |");
    expect(page).toContain("| `yolov10b.pt` | 19.1 M | 92.0 | – | 52.5 |");
  });

  it("shows a model file that can be built", () => {
    const blocks = read("docs/models.md").matchAll(/```yaml\n(?<text>nc:.*?)```/gs);
    const [text] = [...blocks].map(({ groups }) => groups?.text ?? "");
    expect(new nn.DetectionModel(nn.parseModelConfig(text ?? "", { name: "n.yaml" })).strides).toEqual([2]);
  });

  it("replaces tables that are not current, and nothing without the marks", () => {
    const page = documents.get("docs/models.md") ?? "";
    const [, tables = ""] = page.split(/<!-- tables: (?:start|end) -->/);
    const stale = page.replace("| `yolov8n` | 23", "| `yolov8n` | 24");
    expect(withTables(stale, { path: "models.md", tables: tables.trim().concat("\n") })).toBe(page);
    expect(() => withTables("no marks", { path: "models.md", tables })).toThrow("models.md lacks the marks");
  });
});
