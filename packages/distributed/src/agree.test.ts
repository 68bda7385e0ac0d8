import { LookonceError } from "@lookonce/errors";
import { describe, expect, it } from "vitest";
import { agree, type Communicator, connectRanks } from "./index.ts";

/** As if a machine had two ranks. */
function onTwo(ranks: Communicator): Parameters<typeof agree>[0] {
  const hosts = Array.from({ length: ranks.size }, (_, rank) => `node${rank >> 1}`);
  return { hosts, allGather: (bytes) => ranks.allGather(bytes) };
}

/** What every rank's comparison ends with. */
function compare(facts: readonly Record<string, unknown>[]): Promise<unknown[]> {
  const ranks = connectRanks(facts.length);
  return Promise.all(
    facts.map((own, rank) => agree(onTwo(ranks[rank] as Communicator), own).catch((error: unknown) => error)),
  );
}

describe("agree", () => {
  it("is silent when all facts are the same, in whatever order", async () => {
    const facts = { version: "1.0", settings: { imgsz: 640, lr0: 0.01 }, none: undefined };
    expect(await compare([facts, { settings: { lr0: 0.01, imgsz: 640 }, version: "1.0" }, facts])).toEqual(
      Array(3).fill(undefined),
    );
  });

  it("names what differs, with the ranks and their machines, on every rank", async () => {
    const facts = { version: "1.0", settings: { imgsz: 640, lr0: 0.01 }, data: "ab" };
    const errors = await compare([facts, facts, { ...facts, settings: { imgsz: 320, lr0: 0.01 }, data: "cd" }]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(LookonceError);
      expect((error as Error).message).toBe(
        'the ranks of a training must agree, but data is "ab" on rank 0 (node0), rank 1 (node0), and "cd" on rank 2 (node1); ' +
          "settings imgsz differ too",
      );
    }
    const [missing] = await compare([{ "the version of CUDA": "v22" }, {}]);
    expect((missing as Error).message).toContain(
      'the version of CUDA is "v22" on rank 0 (node0), and not set on rank 1',
    );
  });

  it("lists only some of many ranks", async () => {
    const [error] = await compare(Array.from({ length: 9 }, (_, rank) => ({ version: rank === 8 ? 2 : 1 })));
    expect((error as Error).message).toMatch(/rank 3 \(node1\) and 4 more, and 2 on rank 8 \(node4\)$/);
  });
});
