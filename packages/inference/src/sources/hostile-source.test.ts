import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { open, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, encodeImage } from "@lookonce/image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "./open-source.ts";
import type { OpenSourceOptions, SourceItem } from "./source.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-hostile-source-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

async function gather(source: string, options?: OpenSourceOptions): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of await openSource(source, options)) items.push(item);
  return items;
}

async function faultOf(item: SourceItem | undefined): Promise<unknown> {
  return typeof item?.content === "function" ? item.content() : "no fault";
}

describe.skipIf(process.platform === "win32")("what is no file", () => {
  let server: Server;
  beforeAll(async () => {
    symlinkSync("/dev/zero", at("zero.txt"));
    server = createServer();
    await new Promise<void>((resolve) => void server.listen(at("socket.jpg"), resolve));
  });
  afterAll(() => void server.close());

  it.each([
    ["zero.txt", "a device"],
    ["socket.jpg", "a socket"],
  ])("as %s is refused without reading from it", async (name, kind) => {
    await expect(gather(at(name))).rejects.toMatchObject({
      code: "FORMAT",
      message: `${at(name)} is ${kind}; expected an image, video or list, a regular file.`,
    });
    const list = at("list.txt");
    writeFileSync(list, at(name));
    const [item] = await gather(list);
    await expect(faultOf(item)).rejects.toThrow(`is ${kind}`);
  });
});

describe.skipIf(process.platform !== "linux")("a named pipe", () => {
  const pipe = at("pipe.jpg");
  beforeAll(() => void spawnSync("mkfifo", [pipe]));
  afterAll(() => rm(pipe));

  it("is read from the moment when its writer comes", async () => {
    const bytes = await encodeImage(blankImage({ width: 3, height: 2 }), ".png");
    const items = gather(pipe);
    await writeFile(pipe, Buffer.concat([bytes, bytes]));
    expect((await items).map(({ content }) => content)).toEqual([new Uint8Array(bytes), new Uint8Array(bytes)]);
  });

  it("without a writer, or whose writer sends nothing, is left on the signal", async () => {
    for (const isWritten of [false, true]) {
      const controller = new AbortController();
      const items = gather(pipe, { signal: controller.signal });
      const writer = isWritten ? await open(pipe, "w") : undefined;
      setImmediate(() => controller.abort());
      expect(await items).toEqual([]);
      await writer?.close();
      // A thread that still waited for the writer would keep the process from ending
      expect(process.getActiveResourcesInfo()).not.toContain("FSReqCallback");
    }
  });
});
