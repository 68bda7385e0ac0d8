import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, it, vi } from "vitest";
import { imageFormat, readImage, readImageHeader } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-hostile-image-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const body = 'xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
const svg = `<svg ${body}`;

describe("programs that pretend to be images", () => {
  const files: [string, string | Uint8Array][] = [
    ["SVG", svg],
    ["SVG with WebP's letters", `<svg a="WEBP" ${body}`],
    ["SVG with AVIF's letters", `<!--ftypavif-->${svg}`],
    ["SVG with AVIF's letters and a byte order mark", `\ufeff<!ftypavif ${svg}`],
    ["GIF's letters before SVG", `GIF89a${svg}`],
    ["WebP's letters before SVG", `RIFF    WEBP${svg}`],
    ["a BMP header before SVG", `BM${svg}`],
    ["compressed SVG", gzipSync(svg)],
    ["PDF", "%PDF-1.4\n%%EOF"],
    ["a portable pixmap", "P6 1 1 255 abc"],
  ];
  it.each(files)("%s is refused", async (_, content) => {
    const bytes = Buffer.from(content);
    await expect(readImage(bytes)).rejects.toMatchObject({ code: "FORMAT" });
    await expect(readImageHeader(bytes)).rejects.toMatchObject({ code: "FORMAT" });
  });

  it("does not pass the check that precedes decoders", () => {
    for (const text of [svg, `<svg a="WEBP" ${body}`, `<!--ftypavif-->${svg}`]) {
      expect(imageFormat(Buffer.from(text))).toBeUndefined();
    }
  });

  it("is refused by the decoder itself, for the whole process", async () => {
    await expect(sharp(Buffer.from("P6 1 1 255 abc")).metadata()).rejects.toThrow(/unsupported image format/);
  });
});

describe("a decoder that is set up again, as in every thread that starts", () => {
  it("does not disturb what others decode", async () => {
    const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: "white" } })
      .png()
      .toBuffer();
    for (let round = 0; round < 20; round++) {
      const decoded = Array.from({ length: 20 }, () => readImage(png));
      for (let thread = 0; thread < 5; thread++) {
        vi.resetModules();
        await import("./decoder.ts");
      }
      expect((await Promise.all(decoded)).map(({ width }) => width)).toEqual(Array(20).fill(64));
    }
  });
});

describe("a bitmap's header", () => {
  it("does not reserve memory for pixels that the file lacks", async () => {
    const bytes = Buffer.alloc(54);
    bytes.write("BM");
    bytes.writeUInt32LE(40, 14);
    bytes.writeInt32LE(16_000, 18);
    bytes.writeInt32LE(16_000, 22);
    bytes.writeUInt16LE(24, 28);
    await expect(readImage(bytes)).rejects.toThrow(/ends before its 256000000 pixels/);
    bytes.writeUInt32LE(1, 30);
    bytes.writeInt32LE(32_000, 18);
    await expect(readImage(bytes)).rejects.toThrow(/more than 268402689/);
  });
});

describe("files without an end", () => {
  it.skipIf(process.platform === "win32")("are refused without reading from them", async () => {
    const pipe = join(folder, "pipe.jpg");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    const zero = join(folder, "zero.jpg");
    symlinkSync("/dev/zero", zero);
    for (const read of [readImage, readImageHeader]) {
      await expect(read(pipe)).rejects.toThrow(`${pipe} is a named pipe; expected an image, a regular file.`);
      await expect(read(zero)).rejects.toThrow(/is a device/);
    }
  });
});

describe("images of many pixels", () => {
  it("are decoded one after the other", async () => {
    const side = 7000;
    const png = await sharp({ create: { width: side, height: side, channels: 3, background: "white" } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    const before = process.memoryUsage.rss();
    const sizes = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { width, height, data } = await readImage(png);
        return [width, height, data.length];
      }),
    );
    clearInterval(timer);
    expect(sizes).toEqual(Array(6).fill([side, side, side * side * 3]));
    // Six at once would need six times 147 MB and more
    expect(most - before).toBeLessThan(6 * side * side * 3);
  });
});
