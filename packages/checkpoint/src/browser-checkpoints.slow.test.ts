import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeInBrowser, type ModulePage, openModule } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as node from "./test-browser-checkpoints.ts";

describeInBrowser("checkpoints in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
  let module: ModulePage<typeof node>;
  let files: string[] = [];

  beforeAll(async () => {
    const entry = new URL("./test-browser-checkpoints.ts", import.meta.url);
    module = await openModule<typeof node>(entry, { inWorker: true });
    await module.call("mount");
    files = await node.save(folder);
  });
  afterAll(async () => {
    await module.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are byte for byte those of Node", async () => {
    expect(await module.call("save", "/runs")).toEqual(files);
  });

  it("are read from Node's, dropped or after the page was loaded again", async () => {
    await module.page.reload();
    await module.call("mount");
    for (const [i, name] of ["made.pt", "made.safetensors"].entries()) {
      const expected = node.read(join(folder, name));
      expect(expected).toHaveLength(2);
      expect(await module.call("readDropped", name, files[i] as string)).toEqual(expected);
      expect(await module.call("read", `/runs/${name}`)).toEqual(expected);
    }
  });

  it("are refused as in Node where they are damaged", async () => {
    for (const [i, name] of ["made.pt", "made.safetensors"].entries()) {
      const bytes = Buffer.from(files[i] as string, "base64");
      const changed = Buffer.from(bytes);
      // Within the content of the last tensor
      const at = i === 0 ? bytes.indexOf("archive/data/2") + 200 : bytes.length - 5;
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      for (const damaged of [changed, bytes.subarray(0, bytes.length - 100), bytes.subarray(0, 40)]) {
        const text = damaged.toString("base64");
        const expected = node.read(join(folder, name), text);
        expect(expected).toMatch(/^FORMAT /);
        expect(await module.call("readDropped", name, text)).toEqual(expected);
      }
    }
  });
});
