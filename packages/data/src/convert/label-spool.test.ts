import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LabelSpool } from "./label-spool.ts";

it("keeps rows in order however often memory is full", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lookonce-spool-"));
  const spool = new LabelSpool(500);
  let flushes = 0;
  for (let i = 0; i < 100; i++) {
    const full = spool.add(join(folder, `${i % 3}.txt`), `${i}\n`);
    if (full !== undefined) flushes++;
    await full;
  }
  await spool.flush();
  expect(flushes).toBeGreaterThan(3);
  for (let file = 0; file < 3; file++) {
    const rows = (await readFile(join(folder, `${file}.txt`), "utf8")).trimEnd().split("\n").map(Number);
    expect(rows).toEqual(Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 3 === file));
  }
  await rm(folder, { recursive: true });
});
