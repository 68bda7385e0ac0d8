// Draws docs/images/augment-*.jpg, the pictures of docs/augmentation.md, from generated shapes: `node
// scripts/docs-pictures.mjs`, after a build. The same files come out every time, with one version of sharp.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writePicture } from "@lookonce/augment";
import { pictureGrid } from "@lookonce/plots";
import { colourCells, geometryCells, mixingCells, pipelineCells, pixelCells } from "./docs-pictures/cells.mjs";
import { makeSamples } from "./docs-pictures/samples.mjs";

const images = fileURLToPath(new URL("../docs/images/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lookonce-docs-"));

try {
  const samples = await makeSamples(folder);
  const grids = {
    "augment-mixing": mixingCells(samples),
    "augment-geometry": geometryCells(samples),
    "augment-colour": colourCells(samples),
    "augment-pixels": pixelCells(samples),
    "augment-pipelines": await pipelineCells(samples),
  };
  for (const [name, cells] of Object.entries(grids)) {
    const grid = await pictureGrid(cells, { columns: 4, cell: 200, names: samples.names, labels: false });
    await writePicture(join(images, `${name}.jpg`), grid, { quality: 80 });
    console.log(`docs/images/${name}.jpg`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
