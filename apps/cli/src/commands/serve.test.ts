import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../run.ts";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const quiet = ["log=none", "workers=1", `runs=${join(folder, "runs")}`];

describe("lookonce serve", () => {
  it("says where it listens, serves, and ends well when it is asked to", async () => {
    const controller = new AbortController();
    let [stdout, stderr] = ["", ""];
    const done = run(["serve", "model=yolov8n.yaml", "imgsz=64", "port=0", ...quiet], {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: {},
      interrupt: controller.signal,
    });
    await expect.poll(() => stdout, { timeout: 50_000 }).toMatch(/serves yolov8n/);
    const url = /http:\S+/.exec(stdout)?.[0] as string;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ready" });
    controller.abort();
    expect(await done).toBe(0);
    expect(stderr).toMatch(/finishing what is under way/);
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
  });

  it.each([
    [["model=missing.safetensors"], 1, /missing\.safetensors/],
    [["host=0.0.0.0"], 1, /others can reach host=0\.0\.0\.0: that needs an API key/],
    [["key=short"], 1, /the API key must have at least 16 characters/],
    [["models=nowhere"], 1, /there is no folder nowhere/],
    [["prot=1"], 2, /no option "prot"\. Did you mean "port"\?/],
    [["port=99999"], 2, /port=99999 is not possible/],
  ])("refuses %j with one sentence", async (arguments_, code, message) => {
    const finished = await lookonce("serve", ...quiet, "port=0", ...arguments_);
    expect([finished.code, finished.stderr]).toEqual([code, expect.stringMatching(message)]);
  });

  it("says that a port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await expect.poll(() => other.listening).toBe(true);
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await lookonce("serve", ...quiet, `port=${port}`);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/is taken by another program: choose another with port=/),
    ]);
    other.close();
  });
});
