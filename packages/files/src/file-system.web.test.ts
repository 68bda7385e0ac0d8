import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as node from "./file-system.ts";
import * as web from "./file-system.web.ts";
import * as nodeHash from "./hash.ts";
import * as webHash from "./hash.web.ts";
import * as nodePath from "./path.ts";
import * as webPath from "./path.web.ts";

const real = mkdtempSync(join(tmpdir(), "files-"));
afterAll(() => rmSync(real, { recursive: true, force: true }));
web.mkdirSync("/tests");

/** What a call returns, or the code of its error. */
function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const bytes = (value: unknown): unknown => (value instanceof Uint8Array ? [...value] : value);

/** Calls with their results, in either file system. */
function session(fs: typeof node, root: string): unknown[] {
  const at = (path: string): string => join(root, path);
  const one = new Uint8Array([1, 2, 3, 4]);
  const steps: (() => unknown)[] = [
    () => fs.readFileSync(at("none")),
    () => fs.writeFileSync(at("missing/a"), "x"),
    () => fs.mkdirSync(at("a/b/c"), { recursive: true }) === at("a"),
    () => fs.mkdirSync(at("a/b/c"), { recursive: true }),
    () => fs.mkdirSync(at("a")),
    () => fs.writeFileSync(at("a/text.txt"), "Grüße\n"),
    () => fs.readFileSync(at("a/text.txt"), "utf8"),
    () => fs.appendFileSync(at("a/text.txt"), "more\n"),
    () => bytes(fs.readFileSync(at("a/text.txt"))),
    () => fs.writeFileSync(at("a/text.txt"), "x", { flag: "wx" }),
    () => fs.statSync(at("a/text.txt")).size,
    () => fs.statSync(at("a")).isDirectory(),
    () => fs.statSync(at("none"), { throwIfNoEntry: false }),
    () => fs.statSync(at("a/text.txt/b")),
    () => fs.mkdirSync(at("a/text.txt"), { recursive: true }),
    () => fs.readdirSync(at("a")).sort(),
    () => fs.readdirSync(at("a/text.txt")),
    () => fs.readdirSync(root, { recursive: true }).sort(),
    () =>
      fs
        .readdirSync(at("a"), { withFileTypes: true })
        .map((entry) => [entry.name, entry.isFile(), entry.isDirectory(), entry.parentPath === at("a")])
        .sort(),
    () => fs.rmdirSync(at("a")),
    () => fs.renameSync(at("a/text.txt"), at("a/b/moved.txt")),
    () => fs.existsSync(at("a/text.txt")),
    () => fs.renameSync(at("a/b"), at("d")),
    () => fs.readFileSync(at("d/moved.txt"), "utf8"),
    () => fs.renameSync(at("d"), at("d/e")),
    () => fs.renameSync(at("d/moved.txt"), at("a")),
    () => fs.renameSync(at("a"), at("d")),
    () => fs.rmSync(at("d")),
    () => fs.rmSync(at("none")),
    () => fs.rmSync(at("none"), { force: true }),
    () => {
      const file = fs.openSync(at("bytes"), "w");
      fs.writeSync(file, one);
      fs.writeSync(file, one, 1, 2);
      fs.writeSync(file, one, 0, 2, 5);
      fs.ftruncateSync(file, 6);
      const refused = outcome(() => fs.readSync(file, new Uint8Array(2)));
      fs.closeSync(file);
      return [refused, bytes(fs.readFileSync(at("bytes"))), outcome(() => fs.closeSync(file))];
    },
    () => {
      const file = fs.openSync(at("bytes"), "r");
      const target = new Uint8Array(4);
      const read = [fs.readSync(file, target), fs.readSync(file, target), fs.readSync(file, target, 1, 2, 0)];
      const size = fs.fstatSync(file).size;
      fs.closeSync(file);
      return [read, bytes(target), size];
    },
    () => fs.rmSync(at("d"), { recursive: true }),
    () => fs.existsSync(at("d/moved.txt")),
    () => fs.readdirSync(root).sort(),
    () => fs.mkdtempSync(at("temporary-")).length - at("temporary-").length,
  ];
  return steps.map(outcome);
}

describe("the file system of browsers", () => {
  it("has what Node's has", () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
    expect(Object.keys(webPath).sort()).toEqual(Object.keys(nodePath).sort());
    expect(Object.keys(webHash).sort()).toEqual(Object.keys(nodeHash).sort());
  });

  it("returns and throws what Node does", () => {
    const results = session(node, real);
    expect(session(web as unknown as typeof node, "/tests")).toEqual(results);
    expect(results).toContain("ENOTEMPTY");
  });

  it("does so with promises, too", async () => {
    const calls = async (fs: typeof node, root: string): Promise<unknown[]> => {
      await fs.mkdir(join(root, "later"));
      const file = await fs.open(join(root, "later/one"), "ax");
      await file.appendFile("one,");
      await file.appendFile(new Uint8Array([50]));
      await file.sync();
      await file.close();
      await fs.copyFile(join(root, "later/one"), join(root, "later/two"));
      await fs.appendFile(join(root, "later/two"), "!");
      const again = await fs.open(join(root, "later/one"), "ax").catch((error) => error.code);
      const linked = await fs.link(join(root, "later/one"), join(root, "later/two")).catch((error) => error.code);
      const reading = await fs.open(join(root, "later/two"));
      const { bytesRead } = await reading.read(new Uint8Array(3), 0, 3, 2);
      const chunks: number[] = [];
      for await (const chunk of reading.createReadStream({ highWaterMark: 4 })) chunks.push(chunk.length);
      return [
        again,
        linked,
        bytesRead,
        chunks,
        await fs.readFile(join(root, "later/one"), "utf8"),
        await fs.readFile(join(root, "later/two"), "utf8"),
        (await fs.stat(join(root, "later/two"))).size,
      ];
    };
    const results = await calls(node, real);
    expect(await calls(web as unknown as typeof node, "/tests")).toEqual(results);
  });

  it("copies what is written, and what is read", () => {
    const content = new Uint8Array([1, 2]);
    web.writeFileSync("/tests/copy", content);
    content[0] = 9;
    (web.readFileSync("/tests/copy") as Uint8Array)[1] = 9;
    expect(bytes(web.readFileSync("/tests/copy"))).toEqual([1, 2]);
  });
});

describe("hashes of browsers", () => {
  it("include zlib's checksum, in pieces, too", () => {
    const content = new Uint8Array(1003).map((_, i) => i * i);
    for (const end of [0, 1, 2, 3, 4, 5, 1003]) {
      const [start, rest] = [content.subarray(0, end), content.subarray(end)];
      expect(webHash.crc32(rest, webHash.crc32(start))).toBe(nodeHash.crc32(content));
    }
    expect(webHash.crc32("Grüße")).toBe(nodeHash.crc32("Grüße"));
  });

  it("are those of Node", () => {
    for (const { createHash, createHmac } of [nodeHash, webHash]) {
      expect(
        createHash("sha256")
          .update("ab")
          .update(new Uint8Array([99]))
          .digest("hex"),
      ).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      const key = new Uint8Array(20).fill(11);
      expect(createHmac("sha256", key).update("Hi There").digest("hex")).toBe(
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      );
    }
  });
});
