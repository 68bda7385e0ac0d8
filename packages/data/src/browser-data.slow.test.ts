import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeInBrowser, type ModulePage, openModule } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestImages } from "./loader/test-images.ts";
import * as node from "./test-browser-data.ts";

describeInBrowser("data sets in a browser", () => {
  const drawn = mkdtempSync(join(tmpdir(), "shapes-"));
  let images: TestImages;
  let isolated: ModulePage<typeof node>;

  beforeAll(async () => {
    images = await TestImages.make();
    // What verification finds fault with
    writeFileSync(join(images.folder, "labels", "01.txt"), "0 0.5 0.5 0.5 0.1\n9 2 0.5 0.5 0.5\n");
    const damaged = readFileSync(images.path(2));
    damaged.writeUInt8(damaged.readUInt8(60) ^ 1, 60);
    writeFileSync(join(images.folder, "images", "bad.png"), damaged);
    isolated = await open();
  });
  afterAll(async () => {
    await isolated?.close();
    await images.remove();
    rmSync(drawn, { recursive: true, force: true });
  });

  /** Opens a page that has the same files. */
  async function open(isIsolated = true): Promise<ModulePage<typeof node>> {
    const here = (name: string): URL => new URL(name, import.meta.url);
    const module = await openModule<typeof node>(here("./test-browser-data.ts"), {
      inWorker: true,
      isIsolated,
      programs: { "loader-worker": here("./loader/loader-worker.ts") },
    });
    await module.call("mount");
    const files = readdirSync(images.folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const contents = files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(images.folder.length), readFileSync(path).toString("base64")];
    });
    await module.call("write", "/data", Object.fromEntries(contents));
    return module;
  }

  it("are verified as in Node, once: the next page has the result", async () => {
    const expected = await node.verify(images.folder);
    expect(expected).toMatchObject({ corrupt: 2 });
    expect(await isolated.call("verify", "/data")).toEqual(expected);
    await isolated.page.reload();
    await isolated.call("mount");
    expect(await isolated.call("exists", "/data/labels.train.lookonce-cache")).toBe(true);
    expect(await isolated.call("verify", "/data")).toEqual(expected);
  });

  it("become the same batches as in Node, for any number of workers and every cache", async () => {
    const expected = await node.batches(images.folder, { workers: 0, cache: "none" });
    for (const cache of ["none", "ram", "disk"] as const) {
      for (const workers of [0, 2])
        expect(await isolated.call("batches", "/data", { workers, cache })).toEqual(expected);
    }
  });

  it("need an isolated page for workers, and do without them in others", async () => {
    const plain = await open(false);
    try {
      const expected = await node.batches(images.folder, { workers: 0, cache: "none" });
      expect(await plain.call("batches", "/data", {})).toEqual(expected);
      await expect(plain.call("batches", "/data", { workers: 2 })).rejects.toThrow(
        /ARGUMENT.*isolated page.*workers: 0/,
      );
    } finally {
      await plain.close();
    }
  });

  it("are drawn with the same labels", async () => {
    expect(await isolated.call("shapes", "/shapes")).toEqual(await node.shapes(drawn));
  });
});
