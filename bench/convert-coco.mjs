// Time and memory that converting a large COCO file needs.
//
//     node bench/convert-coco.mjs --annotations 2000000 --images 200000
//
// writes a file with that many annotations (a tenth with an outline of 60 numbers) to a temporary folder, converts it in
// another process and prints one line of JSON with the file's bytes and that process's seconds and peak memory. `--parse`
// does nothing but JSON.parse in that process, for comparison. Needs `npm run build`.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { convertCoco } from "@lookonce/data";
import { Random } from "@lookonce/random";

const { values } = parseArgs({
  options: {
    annotations: { type: "string", default: "2000000" },
    images: { type: "string", default: "200000" },
    parse: { type: "boolean", default: false },
    file: { type: "string" },
  },
});

async function generate(file, { annotations, images }) {
  const rng = new Random(0);
  const stream = createWriteStream(file);
  const write = async (text) => {
    if (!stream.write(text)) await once(stream, "drain");
  };
  const list = async (count, element) => {
    for (let i = 0; i < count; i++) await write(`${i === 0 ? "[" : ","}${JSON.stringify(element(i))}`);
    await write("]");
  };
  await write('{"info":{},"images":');
  await list(images, (id) => ({
    license: 1,
    file_name: `${String(id).padStart(12, "0")}.jpg`,
    height: 480,
    width: 640,
    id,
  }));
  await write(',"annotations":');
  await list(annotations, (id) => {
    const [x, y] = [rng.integer(0, 50000) / 100, rng.integer(0, 30000) / 100];
    const bbox = [x, y, rng.integer(100, 14000) / 100, rng.integer(100, 18000) / 100];
    const segmentation = id % 10 === 0 ? [Array.from({ length: 60 }, () => rng.integer(0, 48000) / 100)] : [];
    const place = { image_id: rng.integer(0, images), bbox, category_id: 1 + rng.integer(0, 80) };
    return { segmentation, area: bbox[2] * bbox[3], iscrowd: 0, ...place, id };
  });
  await write(',"categories":');
  await list(80, (i) => ({ supercategory: "thing", id: i + 1, name: `class ${i + 1}` }));
  stream.end("}");
  await once(stream, "finish");
}

/** What the other process does. */
async function work(file) {
  const start = performance.now();
  const result = values.parse
    ? { objects: JSON.parse(readFileSync(file, "utf8")).annotations.length }
    : await convertCoco({ annotations: file, output: join(file, "..", "out"), images: "none" });
  const seconds = (performance.now() - start) / 1000;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  console.log(JSON.stringify({ objects: result.objects, seconds, cpuSeconds, peakBytes: maxRSS * 1024 }));
}

async function compare() {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-bench-"));
  try {
    const file = join(folder, "instances.json");
    await generate(file, { annotations: Number(values.annotations), images: Number(values.images) });
    const args = [fileURLToPath(import.meta.url), "--file", file, ...(values.parse ? ["--parse"] : [])];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    console.log(JSON.stringify({ ...JSON.parse(stdout), bytes: statSync(file).size }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await (values.file === undefined ? compare() : work(values.file));
