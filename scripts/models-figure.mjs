// Writes the figures and tables of docs/models.md from the models as they are built: `npm run docs:models`.
// With --check it writes nothing and fails when they are not current.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { draw } from "./models-figure/draw.mjs";
import { layOut } from "./models-figure/layout.mjs";
import { zooTables } from "./models-figure/zoo-table.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = "docs/models.md";
const figures = [
  { model: "yolov8l", file: "docs/images/yolov8.svg", title: "YOLOv8l" },
  { model: "yolov5l", file: "docs/images/yolov5.svg", title: "YOLOv5l" },
  { model: "yolov8l-p2", file: "docs/images/yolov8-p2.svg", title: "YOLOv8l-P2" },
];
const imgsz = 640;

/**
 * What the files should contain, by their paths from the repository's root.
 *
 * @param nn the package `@lookonce/nn`
 * @param current reads a file: of the page only the tables are replaced
 */
export function modelDocuments(nn, current = (path) => readFileSync(join(root, path), "utf8")) {
  const drawn = figures.map(({ model, file, title }) => [file, figure(nn, { model, title })]);
  const text = current(page);
  const [start, end] = ["<!-- tables: start -->", "<!-- tables: end -->"];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} lacks the marks ${start} and ${end}`);
  const tables = `${text.slice(0, from + start.length)}\n\n${zooTables(nn)}\n${text.slice(to)}`;
  return new Map([...drawn, [page, tables]]);
}

function figure(nn, { model: name, title }) {
  const model = new nn.DetectionModel(nn.readModelConfig(name));
  const summary = { ...nn.summarize(model, { imgsz }), imgsz };
  const { parameters, gflops } = summary;
  const totals = `${(parameters / 1e6).toFixed(1)} M parameters, ${gflops.toFixed(1)} GFLOPs for an image of ${imgsz} × ${imgsz}`;
  return draw(layOut(model, summary), { title, subtitle: `${totals}; ch: channels, k and M: parameters` });
}

async function main() {
  const documents = modelDocuments(await import("@lookonce/nn"));
  for (const [path, content] of documents) {
    if (!process.argv.includes("--check")) writeFileSync(join(root, path), content);
    else if (readFileSync(join(root, path), "utf8") !== content) {
      console.error(`${path} is not current: npm run docs:models`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
