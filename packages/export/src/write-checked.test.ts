import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "@lookonce/files";
import { failWrites } from "@lookonce/testing";
import { afterAll, describe, expect, it } from "vitest";
import { writeChecked, writeFolder } from "./write-checked.ts";

const folder = mkdtempSync(join(tmpdir(), "write-checked-"));
afterAll(() => rmSync(folder, { recursive: true }));

const words = { ENOSPC: /the disk is full.*make room/, EIO: /the disk failed/, EROFS: /choose another folder/ };

describe.each(["ENOSPC", "EIO", "EROFS"] as const)("a disk that fails during an export, %s", (code) => {
  it("keeps the file that was exported before", async () => {
    const file = join(folder, code, "model.onnx");
    const write = (text: string) => writeChecked(file, (beside) => writeWhole(beside, text));
    await write("before");
    failWrites(code, "model.onnx");
    await expect(write("after")).rejects.toMatchObject({ code: "IO", message: expect.stringMatching(words[code]) });
    expect(readdirSync(join(folder, code))).toEqual(["model.onnx"]);
    expect(readFileSync(file, "utf8")).toBe("before");
  });

  it("keeps the folder that was exported before, with all its files", async () => {
    const place = join(folder, `${code}-web`, "model");
    const write = (text: string) => {
      const files = ["group1.bin", "model.json"].map((name) => [name, Buffer.from(`${text} ${name}`)] as const);
      return writeFolder(place, new Map(files), async () => ({}));
    };
    await write("before");
    failWrites(code, "model.json");
    await expect(write("after")).rejects.toMatchObject({ code: "IO", message: expect.stringMatching(words[code]) });
    expect(readdirSync(join(folder, `${code}-web`))).toEqual(["model"]);
    expect(readdirSync(place).map((name) => readFileSync(join(place, name), "utf8"))).toEqual([
      "before group1.bin",
      "before model.json",
    ]);
  });
});
