import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LabelSpool } from "./label-spool.ts";

it("writes every label file's rows in order, however often memory is full", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lookonce-spool-"));
  const spool = new LabelSpool(join(folder, "spool"), { buckets: 3, limit: 50 });
  const files = Array.from({ length: 8 }, (_, i) => join(folder, "labels", `${i}.txt`));
  const writing: (Promise<void> | undefined)[] = [];
  for (let i = 0; i < 200; i++) writing.push(spool.add((i * i) % 7, `${i} x`));
  await Promise.all(writing);
  await spool.finish(files);
  expect(writing.filter((promise) => promise !== undefined).length).toBeGreaterThan(5);
  for (const [number, file] of files.entries()) {
    const text = await readFile(file, "utf8");
    const expected = Array.from({ length: 200 }, (_, i) => i).filter((i) => (i * i) % 7 === number);
    expect(text).toBe(expected.map((i) => `${i} x\n`).join(""));
  }
  expect(await readdir(folder)).toEqual(["labels"]);
  await rm(folder, { recursive: true });
});
