// Writes the figures and tables of docs/models.md, and those of docs/choosing-a-model.md, from the models as they are built: `npm run docs:models`.
// With --check it writes nothing and fails when they are not current.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { choiceTable } from "./models-figure/choice-table.mjs";
import { draw } from "./models-figure/draw.mjs";
import { layOut } from "./models-figure/layout.mjs";
import { zooTables } from "./models-figure/zoo-table.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [page, choicePage] = ["docs/models.md", "docs/choosing-a-model.md"];
const figures = [
  { model: "yolo26l", file: "docs/images/yolo26.svg", title: "YOLO26l" },
  { model: "yolo12l", file: "docs/images/yolo12.svg", title: "YOLO12l" },
  { model: "yolov10l", file: "docs/images/yolov10.svg", title: "YOLOv10l" },
  { model: "yolov9c", file: "docs/images/yolov9.svg", title: "YOLOv9c" },
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
  const pages = [
    [page, zooTables(nn)],
    [choicePage, choiceTable(nn)],
  ].map(([path, tables]) => [path, withTables(current(path), { path, tables })]);
  return new Map([...drawn, ...pages]);
}

/** A page with other tables between its marks; fails where these are missing. */
export function withTables(text, { path, tables }) {
  const [start, end] = ["<!-- tables: start -->", "<!-- tables: end -->"];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} lacks the marks ${start} and ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${tables}\n${text.slice(to)}`;
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
