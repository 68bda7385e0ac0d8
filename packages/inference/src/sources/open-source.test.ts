import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { LookonceError } from "@lookonce/errors";
import { blankImage, encodeImage, type Image } from "@lookonce/image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "./open-source.ts";
import type { OpenSourceOptions, Source, SourceItem } from "./source.ts";

let folder = "";
let bytes: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-sources-"));
  bytes = await encodeImage(blankImage({ width: 12, height: 8 }, 100), ".png");
  mkdirSync(join(folder, "photos/2024/may"), { recursive: true });
  mkdirSync(join(folder, "only-folders/inside"), { recursive: true });
  mkdirSync(join(folder, "odd [1]"), { recursive: true });
  for (const file of ["photos/b.JPG", "photos/a.png", "photos/.hidden.jpg", "photos/notes.md", "odd [1]/x.png"]) {
    writeFileSync(join(folder, file), bytes);
  }
  for (const file of ["photos/2024/a.png", "photos/2024/may/c.webp"]) writeFileSync(join(folder, file), bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Gathered {
  items: SourceItem[];
  notes: string[];
  count: number | undefined;
  single: boolean;
}

async function gather(source: Source, options: OpenSourceOptions = {}): Promise<Gathered> {
  const notes: string[] = [];
  const opened = await openSource(source, { notify: (line) => notes.push(line), ...options });
  const items: SourceItem[] = [];
  for await (const item of opened) items.push(item);
  return { items, notes, count: opened.count, single: opened.single };
}

const at = (path: string): string => join(folder, path);
const pathsOf = ({ items }: Gathered): string[] =>
  items.map(({ path }) => relative(folder, path).replaceAll("\\", "/"));
const namesOf = ({ items }: Gathered): string[] => items.map(({ name }) => name);

async function faultOf({ content }: SourceItem): Promise<string> {
  if (typeof content !== "function") return "no fault";
  return content().then(
    () => "no fault",
    (error: unknown) => (error instanceof LookonceError ? `${error.code}: ${error.message}` : `other: ${error}`),
  );
}

async function refusal(source: Source, options?: OpenSourceOptions): Promise<string> {
  return gather(source, options).then(
    () => "none",
    (error: unknown) => (error instanceof LookonceError ? `${error.code}: ${error.message}` : `other: ${error}`),
  );
}

describe("a file", () => {
  it("is one image, by path or file address, whatever its ending", async () => {
    for (const source of [
      at("photos/a.png"),
      pathToFileURL(at("photos/a.png")),
      pathToFileURL(at("photos/a.png")).href,
    ]) {
      const { items, single, count } = await gather(source);
      expect(items).toEqual([{ path: at("photos/a.png"), name: "a.png", content: at("photos/a.png") }]);
      expect([single, count]).toEqual([true, 1]);
    }
    expect(pathsOf(await gather(at("photos/notes.md")))).toEqual(["photos/notes.md"]);
  });

  it("is taken by its very name, though that looks like a pattern", async () => {
    expect(pathsOf(await gather(at("odd [1]/x.png")))).toEqual(["odd [1]/x.png"]);
    expect(pathsOf(await gather(at("odd [1]")))).toEqual(["odd [1]/x.png"]);
  });
});

describe("a folder", () => {
  it("is its own images by name; folders inside are reported", async () => {
    const found = await gather(at("photos"));
    expect(pathsOf(found)).toEqual(["photos/a.png", "photos/b.JPG"]);
    expect(found).toMatchObject({ single: false, count: 2 });
    expect(found.notes).toEqual([expect.stringMatching(/\(2024\).*photos[/\\]\*\*'/)]);
  });

  it("without images says where there may be some", async () => {
    expect(await refusal(at("only-folders"))).toMatch(/NOT_FOUND: .*has no images.*\(inside\).*\*\*/);
  });
});

describe("a pattern", () => {
  it("finds at any depth, and names files by where they lie", async () => {
    const found = await gather(at("photos/**"));
    expect(pathsOf(found)).toEqual(["photos/2024/a.png", "photos/2024/may/c.webp", "photos/a.png", "photos/b.JPG"]);
    expect(namesOf(found)).toEqual(["2024/a.png", "2024/may/c.webp", "a.png", "b.JPG"]);
  });

  it.each([
    ["photos/*.{png,JPG}", ["photos/a.png", "photos/b.JPG"]],
    ["photos/**/[ab].png", ["photos/2024/a.png", "photos/a.png"]],
    ["*/?.png", ["odd [1]/x.png", "photos/a.png"]],
  ])("%s", async (pattern, expected) => {
    expect(pathsOf(await gather(at(pattern)))).toEqual(expected);
  });

  it("is seen from the working directory where it is relative", async () => {
    const pattern = `${relative(process.cwd(), at("photos"))}/*.png`;
    const { items } = await gather(pattern);
    expect(items.map(({ name }) => name)).toEqual(["a.png"]);
    expect(items[0]?.path).toBe(join(pattern, "../a.png"));
  });

  it("says what it found instead of images", async () => {
    expect(await refusal(at("photos/*.md"))).toMatch(/NOT_FOUND: .* matches a file, such as .*notes\.md, but no image/);
    expect(await refusal(at("photos/20*"))).toMatch(/NOT_FOUND: .*It matches folders: '.*20\*\/\*'/);
    expect(await refusal(at("photos/*.tiff"))).toMatch(/NOT_FOUND: No file matches/);
  });
});

describe("a list file", () => {
  it("contains paths seen from the working directory or from itself, patterns and comments", async () => {
    const list = at("photos/list.txt");
    const fromHere = relative(process.cwd(), at("photos/b.JPG"));
    writeFileSync(
      list,
      `\ufeff# my photos\r\n\r\n  a.png  \r\n${fromHere}\r\n2024/**/*.webp\r\n${at("photos/a.png")}\r\n`,
    );
    const found = await gather(list);
    expect(found.items.map(({ path }) => join(path))).toEqual([
      at("photos/a.png"),
      fromHere,
      at("photos/2024/may/c.webp"),
      at("photos/a.png"),
    ]);
    expect(found).toMatchObject({ single: false, count: 4 });
  });

  it("of .csv is its first column", async () => {
    const list = at("photos/list.csv");
    writeFileSync(list, 'path,label\n"a.png",cat\nb.JPG;dog\n"odd ""name"", with comma.png",x\n');
    const { items } = await gather(list);
    expect(items.map(({ path }) => path)).toEqual([
      at("photos/a.png"),
      at("photos/b.JPG"),
      'odd "name", with comma.png',
    ]);
  });

  it("goes on after entries that lead nowhere", async () => {
    const list = at("photos/gaps.txt");
    writeFileSync(list, "nowhere.jpg\na.png\nlist.csv\nnothing-*.jpg\n");
    const { items } = await gather(list);
    expect(await Promise.all(items.map(faultOf))).toEqual([
      "NOT_FOUND: There is no image or folder nowhere.jpg: check the path.",
      "no fault",
      expect.stringMatching(/^UNSUPPORTED: .*lists cannot contain lists/),
      expect.stringMatching(/^NOT_FOUND: No file matches/),
    ]);
  });

  it.each([
    ["empty.txt", "# nothing\n", /FORMAT: The list .* is empty/],
    ["binary.txt", "a\0b", /FORMAT: .*not a text file/],
    ["many.streams", "rtsp://a\n", /UNSUPPORTED: .*several streams/],
  ])("%s is refused", async (name, text, message) => {
    writeFileSync(at(name), text);
    expect(await refusal(at(name))).toMatch(message);
  });
});

describe("things in memory", () => {
  it("are bytes and pixels, alone and in lists", async () => {
    const pixels: Image = blankImage({ width: 2, height: 1 }, [1, 2, 3]);
    expect(await gather(bytes)).toMatchObject({ single: true, count: 1 });
    const { items, single } = await gather([bytes, pixels, at("photos/a.png")]);
    expect(single).toBe(false);
    expect(items.map(({ path, name }) => [path, name])).toEqual([
      ["image 0", "image-0"],
      ["image 1", "image-1"],
      [at("photos/a.png"), "a.png"],
    ]);
    expect(items[1]?.content).toEqual(pixels);
  });

  it("may be gray or RGBA when they say so", async () => {
    const gray = { data: Uint8Array.of(7, 9), width: 2, height: 1, channels: 1 } as const;
    const rgba = { data: Uint8ClampedArray.of(1, 2, 3, 0, 4, 5, 6, 255), width: 2, height: 1, channels: 4 } as const;
    const { items } = await gather([gray, rgba]);
    expect(items.map(({ content }) => [...(content as Image).data])).toEqual([
      [7, 7, 7, 9, 9, 9],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  it("are refused when their length is another", async () => {
    const rgba = { data: new Uint8Array(16), width: 2, height: 2 };
    expect(await refusal(rgba)).toBe(
      "ARGUMENT: Pixels of 2 × 2 with 3 channels are 12 bytes, not 16. They fit channels: 4.",
    );
    expect(await refusal({ ...rgba, width: 0.5 })).toMatch(/ARGUMENT: An image's width/);
    expect(await refusal({ ...rgba, channels: 2 as 1 })).toMatch(/ARGUMENT: Pixels have 1, 3 or 4 channels/);
    const { items } = await gather([rgba, bytes]);
    expect(await faultOf(items[0] as SourceItem)).toMatch(/^ARGUMENT: Pixels of 2 × 2/);
  });

  it("may come one after the other, no faster than they are taken", async () => {
    let given = 0;
    async function* camera(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given++;
        yield bytes;
      }
    }
    const seen: string[] = [];
    for await (const { path } of await openSource(camera())) {
      seen.push(path);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(["image 0", "image 1", "image 2"]);
    expect(given).toBe(3);
  });
});

describe("a stream of bytes", () => {
  it("is split into its images, however it is cut up", async () => {
    const small = blankImage({ width: 5, height: 4 }, 200);
    const encoded = await Promise.all([".jpg", ".png", ".webp", ".jpg"].map((ending) => encodeImage(small, ending)));
    const whole = Buffer.concat(encoded);
    for (const size of [1, 7, 100, whole.length]) {
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.subarray(i * size, (i + 1) * size),
      );
      const { items } = await gather(Readable.from(chunks, { objectMode: false }));
      expect(items.map(({ content }) => Buffer.from(content as Uint8Array))).toEqual(
        encoded.map((each) => Buffer.from(each)),
      );
      expect(items.map(({ name }) => name)).toEqual(["stream-0", "stream-1", "stream-2", "stream-3"]);
    }
  });

  it("is standard input where the source is -", async () => {
    const { items, single } = await gather("-", { stdin: Readable.from([bytes]) });
    expect(items.map(({ path, content }) => [path, Buffer.from(content as Uint8Array).equals(bytes)])).toEqual([
      ["stdin 0", true],
    ]);
    expect(single).toBe(true);
  });

  it("hands on what there is of an image that is cut off, for the decoder to refuse", async () => {
    const { items } = await gather(Readable.from([bytes, bytes.subarray(0, 40)]));
    expect(items.map(({ content }) => (content as Uint8Array).length)).toEqual([bytes.length, 40]);
  });

  it("says what is wrong with it", async () => {
    const first = async (...chunks: Uint8Array[]): Promise<string> => {
      const { items } = await gather(Readable.from(chunks));
      return faultOf(items.at(-1) as SourceItem);
    };
    expect(await first()).toBe("FORMAT: Nothing came from stream.");
    expect(await first(bytes, Buffer.from("something quite different"))).toMatch(/After 1 images/);
    const terminal = Object.assign(Readable.from([]), { isTTY: true });
    expect(await refusal("-", { stdin: terminal })).toMatch(/ARGUMENT: .*nothing is piped in/);
    const { items } = await gather(Readable.from([bytes]), { maxBytes: 30 });
    expect(await faultOf(items[0] as SourceItem)).toMatch(/maxBytes/);
  });
});

describe("openSource", () => {
  it.each([
    ["", /ARGUMENT: The source is empty/],
    ["gopher://host/a.jpg", /ARGUMENT: Addresses of gopher:.*known are http:/],
    ["photos/a.pgn", /NOT_FOUND: .*Did you mean "a\.png"/],
    ["nowhere/at/all.jpg", /NOT_FOUND: There is no image or folder .*: check the path/],
    ["http://", /ARGUMENT: http:\/\/ is no valid address/],
  ])("refuses %j", async (source, message) => {
    expect(await refusal(source.startsWith("photos") ? at(source) : source)).toMatch(message);
  });

  it("refuses options that make no sense", async () => {
    expect(await refusal(bytes, { vidStride: 0 })).toMatch(
      /ARGUMENT: vidStride must be a whole number from 1 on, not 0/,
    );
    expect(await refusal(bytes, { timeout: 0 })).toMatch(/ARGUMENT: timeout/);
    expect(await refusal(bytes, { maxBytes: Number.NaN })).toMatch(/ARGUMENT: maxBytes/);
  });

  it("names each image of a list once only", async () => {
    const found = await gather([
      at("photos/a.png"),
      at("photos/2024/a.png"),
      at("photos/A.png".toLowerCase()),
      at("odd [1]/x.png"),
    ]);
    expect(namesOf(found).slice(0, 2)).toEqual(["a.png", "a-2.png"]);
    expect(new Set(namesOf(found)).size).toBe(4);
  });

  it("ends on its signal, and reports the number of images beforehand", async () => {
    const controller = new AbortController();
    const counts: unknown[] = [];
    const opened = await openSource(at("photos/**"), {
      signal: controller.signal,
      onOpen: (facts) => counts.push(facts),
    });
    const seen: string[] = [];
    for await (const { name } of opened) {
      seen.push(name);
      controller.abort();
    }
    expect(seen).toEqual(["2024/a.png"]);
    expect(counts).toEqual([{ count: 4, live: false }]);
  });

  it.skipIf(process.platform === "win32")("follows links to folders in patterns", async () => {
    symlinkSync(at("photos/2024"), at("only-folders/link"));
    expect(pathsOf(await gather(at("only-folders/**/*.png")))).toEqual(["only-folders/link/a.png"]);
  });
});
