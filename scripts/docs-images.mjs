// Draws docs/images/augment-*.jpg, the images of docs/augmentation.md, task-*.jpg, tracking.png and yolo-*.jpg from generated shapes:
// `node scripts/docs-images.mjs`, after a build. The same files come out every time, with one version of sharp.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeImage } from "@lookonce/image";
import { imageGrid } from "@lookonce/plots";
import { colorCells, geometryCells, mixingCells, pipelineCells, pixelCells } from "./docs-images/cells.mjs";
import { makeSamples } from "./docs-images/samples.mjs";
import { taskCells, tasks } from "./docs-images/tasks.mjs";
import { trackingImage } from "./docs-images/tracking.mjs";
import { cellImages, suppressionCells } from "./docs-images/yolo.mjs";

const images = fileURLToPath(new URL("../docs/images/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lookonce-docs-"));

try {
  const samples = await makeSamples(folder);
  const grids = {
    "augment-mixing": mixingCells(samples),
    "augment-geometry": geometryCells(samples),
    "augment-color": colorCells(samples),
    "augment-pixels": pixelCells(samples),
    "augment-pipelines": await pipelineCells(samples),
  };
  for (const [name, cells] of Object.entries(grids)) {
    const grid = await imageGrid(cells, { columns: 4, cell: 200, names: samples.names, labels: false });
    await writeImage(join(images, `${name}.jpg`), grid, { quality: 80 });
    console.log(`docs/images/${name}.jpg`);
  }
  for (const task of tasks) {
    const { cells, names } = await taskCells(folder, task);
    const grid = await imageGrid(cells, { columns: 4, cell: 240, names });
    await writeImage(join(images, `task-${task.name}.jpg`), grid, { quality: 80 });
    console.log(`docs/images/task-${task.name}.jpg`);
  }
  await writeImage(join(images, "tracking.png"), await trackingImage());
  console.log("docs/images/tracking.png");
  const cells = await imageGrid(cellImages(samples.plain[0]), { columns: 4, cell: 400, names: samples.names });
  await writeImage(join(images, "yolo-cells.jpg"), cells, { quality: 85 });
  console.log("docs/images/yolo-cells.jpg");
  const { cells: found, names } = await suppressionCells();
  const suppression = await imageGrid(found, { columns: 2, cell: 400, names, labels: false });
  await writeImage(join(images, "yolo-suppression.jpg"), suppression, { quality: 85 });
  console.log("docs/images/yolo-suppression.jpg");
} finally {
  rmSync(folder, { recursive: true });
}
