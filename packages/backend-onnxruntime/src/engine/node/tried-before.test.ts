import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { triedBefore, triesFolder } from "./tried-before.ts";

let folder = "";
let tries = 0;
const onnxruntime = "1.2.3";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-tried-"));
  tries = 0;
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const attempt = (result: boolean) => async (): Promise<boolean> => {
  tries++;
  return result;
};

const kept = (): string => join(folder, readdirSync(folder)[0] ?? "");

describe("what was tried", () => {
  it("is not tried again where it works, and each question by itself", async () => {
    for (let i = 0; i < 3; i++) expect(await triedBefore("blocks", attempt(true), { onnxruntime, folder })).toBe(true);
    expect(tries).toBe(1);
    await triedBefore("others", attempt(true), { onnxruntime, folder });
    expect(tries).toBe(2);
    const facts = JSON.parse(readFileSync(kept(), "utf8"));
    expect(facts).toMatchObject({ onnxruntime, node: process.versions.node });
    expect(Object.keys(facts)).toEqual(["works", "code", "onnxruntime", "node", "platform", "arch", "processor"]);
  });

  it("is tried every time where it does not work", async () => {
    for (let i = 0; i < 2; i++)
      expect(await triedBefore("blocks", attempt(false), { onnxruntime, folder })).toBe(false);
    expect(tries).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is tried again when the file is damaged, cut off, of another machine or no file", async () => {
    await triedBefore("blocks", attempt(true), { onnxruntime, folder });
    const file = kept();
    const text = readFileSync(file, "utf8");
    const damaged = ["", "{", text.slice(0, -1), text.replace(process.arch, "other"), `${text} `, "\0".repeat(9000)];
    for (const content of damaged) {
      writeFileSync(file, content);
      tries = 0;
      expect(await triedBefore("blocks", attempt(true), { onnxruntime, folder })).toBe(true);
      expect(tries).toBe(1);
      expect(readFileSync(file, "utf8")).toBe(text);
    }
  });

  it("is tried every time where nothing can be kept", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const where of [undefined, join(folder, "file", "below")]) {
      tries = 0;
      for (let i = 0; i < 2; i++)
        expect(await triedBefore("blocks", attempt(true), { onnxruntime, folder: where })).toBe(true);
      expect(tries).toBe(2);
    }
  });

  it("is kept in the cache folder by built packages, unless the environment says otherwise", () => {
    const env = { LOOKONCE_CACHE: "/cache" };
    expect(triesFolder("/node_modules/x/dist/index.js", env)).toBe(join("/cache", "tried"));
    expect(triesFolder("/node_modules/x/dist/index.js", { XDG_CACHE_HOME: "/xdg" })).toContain("tried");
    expect(triesFolder("/node_modules/x/dist/index.js", { ...env, LOOKONCE_TRIES: "always" })).toBeUndefined();
    expect(triesFolder("/packages/x/src/index.ts", env)).toBeUndefined();
  });
});
