import { describeInBrowser, type ModulePage, openModule } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";

type Files = typeof import("./test-browser-files.ts");

describeInBrowser("files in a browser", () => {
  let module: ModulePage<Files>;
  const reload = async (): Promise<void> => {
    await module.page.reload();
    await module.call("mount");
  };
  const quota = async (quotaSize?: number): Promise<void> => {
    const session = await module.page.context().newCDPSession(module.page);
    const origin = new URL(module.page.url()).origin;
    await session.send("Storage.overrideQuotaForOrigin", { origin, ...(quotaSize === undefined ? {} : { quotaSize }) });
  };

  beforeAll(async () => {
    module = await openModule<Files>(new URL("./test-browser-files.ts", import.meta.url), { inWorker: true });
    await module.call("mount");
  });
  afterAll(() => module.close());

  it("are there when the page is loaded again", async () => {
    await module.call("write");
    const before = await module.call("list");
    expect(before).toEqual([
      "/runs",
      "/runs/copy.pt 3000000",
      "/runs/empty",
      "/runs/train",
      "/runs/train/args.yaml 10",
      "/runs/train/results.csv 8",
      "/runs/train/weights",
      "/runs/train/weights/best.pt 3000000",
    ]);
    await reload();
    expect(await module.call("list")).toEqual(before);
    expect(await module.call("text", "/runs/train/results.csv")).toBe("0\n1\n2\n3\n");
    expect(await module.call("sum", "/runs/copy.pt")).toEqual([21_000_000, 21_000_000]);
  });

  it("keep their contents where each moves to another's", async () => {
    await module.call("rotate");
    await reload();
    const texts = ["a", "b", "c"].map((name) => module.call("text", `/turn/${name}/file`));
    expect(await Promise.all(texts)).toEqual(["was c", "was b", "new"]);
  });

  it("are as before where the origin has no more room, and what fits is written", async () => {
    await quota(12_000_000);
    const results = await module.call("fill", 20_000_000).finally(() => quota());
    const full = /^IO cannot write .*: the page has used all storage .*ENOSPC.*try again\.$/;
    expect(results.slice(0, 3)).toEqual([full, full, full].map((pattern) => expect.stringMatching(pattern)));
    expect(results[3]).toBe("written");
    expect(results.slice(4)).toEqual(["small", "fits", "false"]);
    await reload();
    expect(await module.call("text", "/small.txt")).toBe("small");
    expect((await module.call("list")).filter((path) => path.includes("full"))).toEqual(["/full"]);
  });

  it("cannot be read after somebody else has changed them, until they are mounted again", async () => {
    await module.page.evaluate(`(async () => {
      const file = await (await navigator.storage.getDirectory()).getFileHandle("small.txt");
      const stream = await file.createWritable();
      await stream.write("changed");
      await stream.close();
    })()`);
    expect(await module.call("readError", "/small.txt")).toMatch(/^IO Cannot read the text \/small\.txt/);
    await module.call("mount");
    expect(await module.call("text", "/small.txt")).toBe("changed");
  });

  it("may be chosen by a person, and stay where they are", async () => {
    expect(await module.call("add")).toBe("chosen");
    expect(await module.call("share")).toEqual([...(await module.call("list")), "chosen", "epochs: 3\n"]);
    await reload();
    expect(await module.call("readError", "/chosen/model.txt")).toMatch(/^NOT_FOUND/);
    expect(await module.call("text", "/copied.txt")).toBe("chosen");
  });

  it("have locks", async () => {
    expect(await module.call("lock")).toEqual(["first", "does not wait", "ended", "second"]);
  });
});
