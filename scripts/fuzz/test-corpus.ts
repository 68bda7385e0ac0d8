import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { faultOf } from "./read-input.ts";
import type { Target } from "./target.ts";

/** The inputs that once failed, in a folder for each target. */
export const corpus: string = fileURLToPath(new URL("./corpus", import.meta.url));

/** A folder in which a target reads, until the test ends. */
async function open(load: () => Promise<Target>): Promise<{ target: Target; file: string }> {
  const target = await load();
  const folder = mkdtempSync(join(tmpdir(), "lookonce-corpus-"));
  onTestFinished(async () => {
    await target.close?.();
    rmSync(folder, { recursive: true });
  });
  await target.prepare?.(folder);
  return { target, file: join(folder, target.file) };
}

/** Tests that targets accept their seeds, and refuse in words what once failed. */
export function testCorpus(targets: Readonly<Record<string, () => Promise<Target>>>): void {
  describe.each(Object.entries(targets))("reading of %s", (name, load) => {
    const kept = existsSync(join(corpus, name)) ? readdirSync(join(corpus, name)) : [];

    it("accepts what the fuzzer starts from", async () => {
      const { target, file } = await open(load);
      for (const seed of await target.seeds()) {
        writeFileSync(file, seed);
        await target.read(file);
      }
    });

    it.skipIf(kept.length === 0)("accepts or refuses in words every input that once failed", async () => {
      const { target, file } = await open(load);
      for (const input of kept) {
        writeFileSync(file, readFileSync(join(corpus, name, input)));
        const fault = await faultOf(target, file);
        expect(fault && `${input}: ${fault.stack}`).toBeUndefined();
      }
    });
  });
}
