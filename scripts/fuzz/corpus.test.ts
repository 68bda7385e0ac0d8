import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { minimize } from "./minimize.ts";
import { fileTargets, targets } from "./targets.ts";
import { corpus, testCorpus } from "./test-corpus.ts";

testCorpus(fileTargets);

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
