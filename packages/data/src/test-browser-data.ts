// What browser-data.slow.test.ts does in a worker of a page, and in Node.
import { hypPresets } from "@lookonce/config";
import { createHash, existsSync, flushFiles, join, mkdirSync, mountFiles, writeFileSync } from "@lookonce/files";
import { Random } from "@lookonce/random";
import { type Batch, BatchLoader, type BatchLoaderOptions, Dataset, generateShapes } from "./index.ts";

export { mountFiles as mount };

/** Writes files whose contents are in base64. */
export async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(
      join(root, path),
      Uint8Array.from(atob(content), (character) => character.charCodeAt(0)),
    );
  }
  await flushFiles();
}

/** Opens the data set, keeping the check, and reports what is wrong with it; paths are relative to it. */
export async function verify(root: string): Promise<unknown> {
  const dataset = await Dataset.open({ yaml: join(root, "data.yaml"), split: "train", cache: true });
  await flushFiles();
  const { problems, ...report } = dataset.report;
  const relative = problems.map(({ path, ...rest }) => ({ path: path.slice(root.length), ...rest }));
  return JSON.parse(JSON.stringify({ ...report, problems: relative, images: dataset.entries.length }));
}

/** Digests of the batches of two augmented epochs, and how images were kept. */
export async function batches(root: string, options: Pick<BatchLoaderOptions, "workers" | "cache">): Promise<unknown> {
  const dataset = await Dataset.open({ yaml: join(root, "data.yaml"), split: "train" });
  const random = new Random(7);
  const loader = new BatchLoader(dataset, {
    ...{ batch: 4, imgsz: 96, shuffle: random.fork("order"), random: random.fork("images") },
    augment: { family: "v8", hyp: { ...hypPresets.v8, mixup: 0.5, degrees: 10 } },
    ...options,
  });
  try {
    const digests: string[] = [];
    for (const epoch of [0, 1]) for await (const batch of loader.batches(epoch)) digests.push(digest(batch));
    return digests;
  } finally {
    await loader.dispose();
  }
}

function digest({ images, targets }: Batch): string {
  const hash = createHash("sha256").update(images);
  for (const [name, values] of Object.entries(targets)) {
    hash.update(name).update(JSON.stringify(ArrayBuffer.isView(values) ? [...(values as Float32Array)] : values));
  }
  return hash.digest("hex");
}

/** Draws a data set of shapes and reads it. */
export async function shapes(root: string): Promise<unknown> {
  const { yaml, instances } = await generateShapes({ directory: root, train: 6, val: 2, size: 96, seed: 3 });
  await flushFiles();
  const dataset = await Dataset.open({ yaml, split: "train" });
  return { instances, images: dataset.entries.length, objects: dataset.entries.map(({ boxes }) => [...boxes]) };
}

export function exists(path: string): boolean {
  return existsSync(path);
}
