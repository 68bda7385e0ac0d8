import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { minimize } from "./minimize.ts";
import { faultOf } from "./read-input.ts";
import { targets } from "./targets.ts";

const corpus = fileURLToPath(new URL("./corpus", import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-corpus-"));
  folders.push(folder);
  return folder;
}

describe.each(Object.entries(targets))("reading of %s", (name, load) => {
  const kept = existsSync(join(corpus, name)) ? readdirSync(join(corpus, name)) : [];

  it("accepts what the fuzzer starts from", async () => {
    const target = await load();
    const folder = newFolder();
    const file = join(folder, target.file);
    await target.prepare?.(folder);
    for (const seed of await target.seeds()) {
      writeFileSync(file, seed);
      await target.read(file);
    }
    await target.close?.();
  });

  it.skipIf(kept.length === 0)("accepts or refuses in words every input that once failed", async () => {
    const target = await load();
    const folder = newFolder();
    const file = join(folder, target.file);
    await target.prepare?.(folder);
    for (const input of kept) {
      writeFileSync(file, readFileSync(join(corpus, name, input)));
      const fault = await faultOf(target, file);
      expect(fault && `${input}: ${fault.stack}`).toBeUndefined();
    }
    await target.close?.();
  });
});

it("keeps no inputs of readers that are gone", () => {
  expect(readdirSync(corpus).filter((name) => !Object.hasOwn(targets, name))).toEqual([]);
});

describe("minimize", () => {
  it("leaves what an input fails by", async () => {
    const fails = async (input: Uint8Array): Promise<boolean> => Buffer.from(input).toString().includes("bad");
    const found = await minimize(Buffer.from("a long text, bad in the middle"), fails, { seconds: 5 });
    expect(Buffer.from(found).toString()).toBe("bad");
  });
});
