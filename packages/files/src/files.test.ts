import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LookonceError } from "@lookonce/errors";
import { failWrites } from "@lookonce/testing";
import { afterAll, describe, expect, it } from "vitest";
import {
  appendWholeSync,
  besideOf,
  cacheFolder,
  machineKey,
  readRegular,
  readRegularSync,
  renameIntoPlace,
  textOf,
  writeWhole,
  writeWholeSync,
  writing,
} from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Write = (path: string, content: string | Uint8Array | readonly Uint8Array[]) => Promise<void>;
const ways: [string, Write][] = [
  ["writeWhole", (path, content) => writeWhole(path, content)],
  ["writeWhole without flush", (path, content) => writeWhole(path, content, { flush: false })],
  ["writeWholeSync", async (path, content) => writeWholeSync(path, content)],
];

describe.each(ways)("%s", (name, write) => {
  const own = join(folder, name);

  it("writes texts, bytes and pieces, makes folders and replaces what was there", async () => {
    const file = join(own, "a", "b.txt");
    await write(file, "grün");
    expect(readFileSync(file, "utf8")).toBe("grün");
    await write(file, Uint8Array.of(1, 2));
    expect([...readFileSync(file)]).toEqual([1, 2]);
    await write(file, [Uint8Array.of(3), new Uint8Array(), Uint8Array.of(4, 5)]);
    expect([...readFileSync(file)]).toEqual([3, 4, 5]);
    expect(readdirSync(join(own, "a"))).toEqual(["b.txt"]);
  });

  it("names the file when it cannot be written, keeps what was there and leaves nothing beside it", async () => {
    const taken = join(own, "taken");
    mkdirSync(join(taken, "full"), { recursive: true });
    await expect(write(taken, "x")).rejects.toMatchObject({ code: "IO", message: expect.stringContaining(taken) });
    expect(existsSync(join(taken, "full"))).toBe(true);
    expect(readdirSync(own).filter((entry) => entry.endsWith(".partial"))).toEqual([]);
    const blocked = join(own, "file.txt");
    writeFileSync(blocked, "old");
    await expect(write(join(blocked, "below.txt"), "x")).rejects.toThrow(/a file stands where one of its folders/);
    expect(readFileSync(blocked, "utf8")).toBe("old");
  });

  it.skipIf(process.platform === "win32")("replaces what a symbolic link leads to, and keeps the link", async () => {
    const [real, link] = [join(own, "real.txt"), join(own, "link.txt")];
    await write(real, "old");
    symlinkSync(real, link);
    await write(link, "new");
    expect(readFileSync(real, "utf8")).toBe("new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

describe("writers at the same time", () => {
  it("never mix: the file is one of theirs", async () => {
    const file = join(folder, "many.bin");
    const contents = Array.from({ length: 20 }, (_, i) => new Uint8Array(100_000).fill(i));
    await Promise.all(contents.map((content) => writeWhole(file, content, { flush: false })));
    const read = readFileSync(file);
    expect(read).toHaveLength(100_000);
    expect(new Set(read).size).toBe(1);
    expect(readdirSync(folder).filter((entry) => entry.endsWith(".partial"))).toEqual([]);
  });

  it("get different names beside the file", () => {
    const names = Array.from({ length: 5 }, () => besideOf("/x/y.txt"));
    expect(new Set(names).size).toBe(5);
    for (const name of names) expect(name.replaceAll("\\", "/")).toMatch(/^\/x\/y\.txt\..*\.partial$/);
  });
});

describe("a disk that is full", () => {
  it.skipIf(!existsSync("/dev/full"))("is said in words", () => {
    const write = (): void => writing("/dev/full", () => writeFileSync("/dev/full", "x"));
    expect(write).toThrow(LookonceError);
    expect(write).toThrow("cannot write /dev/full: the disk is full (ENOSPC)");
  });
});

describe.each(["ENOSPC", "EIO", "EROFS"] as const)("a disk that says %s", (code) => {
  const own = join(folder, code);
  const words = { ENOSPC: /make room/, EIO: /the disk failed/, EROFS: /choose another folder/ }[code];

  it.each(ways)("%s: the file before stays, byte by byte, and nothing is beside it", async (_, write) => {
    const file = join(own, "kept.bin");
    await write(file, "what was there before");
    failWrites(code, "kept.bin");
    const error = await write(file, "x".repeat(1000)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "IO", message: expect.stringMatching(words) });
    expect(String(error)).toContain(file);
    expect(readFileSync(file, "utf8")).toBe("what was there before");
    expect(readdirSync(own)).toEqual(["kept.bin"]);
  });

  it("appends whole lines or nothing", () => {
    const file = join(own, "rows.csv");
    appendWholeSync(file, "a,b\n");
    const restore = failWrites(code, "rows.csv");
    expect(() => appendWholeSync(file, "1,2\n")).toThrow(words);
    expect(readFileSync(file, "utf8")).toBe("a,b\n");
    restore();
    appendWholeSync(file, "3,4\n");
    expect(readFileSync(file, "utf8")).toBe("a,b\n3,4\n");
  });
});

describe("renameIntoPlace", () => {
  it("replaces a folder that is not empty", async () => {
    const [beside, place] = [join(folder, "new"), join(folder, "place")];
    for (const [path, text] of [
      [beside, "new"],
      [place, "old"],
    ] as const) {
      mkdirSync(path);
      writeFileSync(join(path, text), text);
    }
    await renameIntoPlace(beside, place);
    expect(readdirSync(place)).toEqual(["new"]);
    expect(existsSync(beside)).toBe(false);
  });
});

describe("writing", () => {
  it("returns what the action returns, now or later", async () => {
    expect(writing("x", () => 1)).toBe(1);
    expect(await writing("x", async () => 2)).toBe(2);
  });

  it("leaves errors alone that name what they are about", async () => {
    const own = new LookonceError("DATA", "mine");
    await expect(writing("x", () => Promise.reject(own))).rejects.toBe(own);
  });
});

describe("a program that ends while it writes", () => {
  it.each(["process.exit(3)", ""])("leaves nothing of it behind (%s)", async (end) => {
    const { workerAddress } = await import("../test/worker-address.ts");
    const file = join(folder, "ended.txt");
    const run = spawnSync(process.execPath, [fileURLToPath(workerAddress), file, end], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(end === "" ? 0 : 3);
    expect(readdirSync(folder).filter((entry) => entry.startsWith("ended.txt"))).toEqual([]);
  });
});

describe("reading regular files", () => {
  const file = join(folder, "plain.txt");
  const options = { what: "label file", maxBytes: 10 };
  const both = async (path: string): Promise<string[]> => {
    const asynchronous = await readRegular(path, options).then(String, (error: LookonceError) => error.message);
    try {
      return [asynchronous, textOf(readRegularSync(path, options))];
    } catch (error) {
      return [asynchronous, (error as LookonceError).message];
    }
  };

  it("returns the bytes", async () => {
    writeFileSync(file, "0 0.5");
    expect(await both(file)).toEqual(["0 0.5", "0 0.5"]);
  });

  it("returns as many bytes from the start as were asked for, or what there is", () => {
    writeFileSync(file, "0 0.5");
    const read = [1, 5, 9].map((first) => textOf(readRegularSync(file, { ...options, first })));
    expect(read).toEqual(["0", "0 0.5", "0 0.5"]);
  });

  it("names what is missing, a folder or too large", async () => {
    const missing = join(folder, "nothing.txt");
    expect(await both(missing)).toEqual(Array(2).fill(`There is no label file ${missing}: check the path.`));
    expect(await both(folder)).toEqual(Array(2).fill(`${folder} is a folder; expected a label file, a regular file.`));
    writeFileSync(file, "0".repeat(11));
    expect(await both(file)).toEqual(Array(2).fill(`${file} has 11 bytes; a label file may have at most 10.`));
  });

  it.skipIf(process.platform === "win32")("refuses a named pipe and a device at once", async () => {
    const pipe = join(folder, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    const link = join(folder, "zero.txt");
    symlinkSync("/dev/zero", link);
    expect(await both(pipe)).toEqual(Array(2).fill(`${pipe} is a named pipe; expected a label file, a regular file.`));
    expect(await both(link)).toEqual(Array(2).fill(`${link} is a device; expected a label file, a regular file.`));
  });
});

describe("cacheFolder", () => {
  it.each([
    ["linux", {}, "/home/a", "/home/a/.cache/lookonce"],
    ["linux", { XDG_CACHE_HOME: "/tmp/cache" }, "/home/a", "/tmp/cache/lookonce"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/a", "/home/a/.cache/lookonce"],
    ["darwin", { XDG_CACHE_HOME: "/tmp/cache" }, "/Users/a", "/Users/a/Library/Caches/lookonce"],
    ["win32", { LOCALAPPDATA: "C:\\Data" }, "C:\\Users\\a", "C:\\Data\\lookonce\\Cache"],
    ["win32", {}, "C:\\Users\\a", "C:\\Users\\a\\AppData\\Local\\lookonce\\Cache"],
  ])("on %s with %o in %s is %s", (platform, env, home, folder) => {
    expect(cacheFolder({ platform, env, home })).toBe(folder);
  });
});

describe("machineKey", () => {
  it("is made once, for the person alone", async () => {
    const own = join(folder, "cache");
    const [first, second] = await Promise.all([machineKey(own), machineKey(own)]);
    const key = await machineKey(own);
    expect(key).toHaveLength(32);
    expect([first, second].filter((one) => one !== undefined && !Buffer.from(key as Uint8Array).equals(one))).toEqual(
      [],
    );
    if (process.platform !== "win32") expect(statSync(join(own, "machine.key")).mode & 0o777).toBe(0o600);
  });

  it("is made again after a full disk took half of it", async () => {
    const own = join(folder, "full-cache");
    const restore = failWrites("ENOSPC", "machine.key");
    expect(await machineKey(own)).toBeUndefined();
    restore();
    expect(await machineKey(own)).toHaveLength(32);
  });

  it("is absent where nothing can be written", async () => {
    writeFileSync(join(folder, "no-folder"), "");
    expect(await machineKey(join(folder, "no-folder"))).toBeUndefined();
  });
});
