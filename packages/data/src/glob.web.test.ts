import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import * as node from "./glob.ts";
import * as web from "./glob.web.ts";

const cwd = mkdtempSync(join(tmpdir(), "glob-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
for (const name of [
  "part-1/a.jpg",
  "part-1/b.png",
  "part-2/deep/er/a.jpg",
  "part-2/.hidden/a.jpg",
  "other/.a.jpg",
  "c+(1).jpg",
]) {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), "");
}

it.each(["part-*", "**/*.jpg", "part-?/*.{jpg,png}", "part-[12]", "part-[!1]/**", "*/deep", "*.jpg", "none*"])(
  "browsers find what Node finds: %s",
  async (pattern) => {
    const options = { cwd, absolute: true, onlyFiles: false, expandDirectories: false };
    const found = (await node.glob(pattern, options)).map((path) => resolve(path)).sort();
    expect((await web.glob(pattern, options)).sort()).toEqual(found);
    expect(web.isDynamicPattern(pattern)).toBe(node.isDynamicPattern(pattern));
  },
);

it("a plain path is no pattern", () => {
  expect([web, node].map(({ isDynamicPattern }) => isDynamicPattern("images/train-1"))).toEqual([false, false]);
});
