import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Command } from "./command.ts";
import { commands } from "./commands/index.ts";
import { run } from "./run.ts";
import { Interrupt } from "./terminal/interrupt.ts";
import { lookonce } from "./test-run.ts";

describe("lookonce", () => {
  it("greets with the few commands to start with when nothing is asked", async () => {
    const { code, stdout, stderr } = await lookonce();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const [, name] of stdout.matchAll(/^ {2}lookonce (\w+)/gm))
      expect(commands.map((each) => each.name)).toContain(name);
    expect(stdout.split("\n").length).toBeLessThan(15);
    expect((await lookonce("--json")).json<{ start: unknown[] }>().start.length).toBeGreaterThan(3);
  });

  it("lists its commands", async () => {
    const { code, stdout, stderr } = await lookonce("help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`${name} +${summary.slice(0, 20)}`));
  });

  it.each(commands.map(({ name }) => [name]))("lists the options of %s, each on a line", async (name) => {
    const { code, stdout } = await lookonce("help", name);
    expect(code).toBe(0);
    const command = commands.find((candidate) => candidate.name === name);
    for (const key of Object.keys(command?.options ?? {})) expect(stdout).toMatch(new RegExp(`^ {2}${key}=`, "m"));
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    expect((await lookonce(...name.split(" "), "--help")).stdout).toBe(stdout);
  });

  it.each(commands.flatMap(({ name, examples }) => examples.map((example) => [name, example] as const)))(
    "has in its help for %s an example that can be parsed: %s",
    async (name, example) => {
      const { readValues } = await import("./options/read-values.ts");
      const line = example.replace(/^([A-Z_]+=\S+ )+/, "");
      expect(line.startsWith(`lookonce ${name} `) || line === `lookonce ${name}`).toBe(true);
      const [own = "", started] = line.split(" -- ");
      const rest = own.split(" ").slice(1 + name.split(" ").length);
      const command = commands.find((candidate) => candidate.name === name);
      expect(() => readValues(rest, command as Command, { commands })).not.toThrow();
      const [word, ...others] = started?.split(" ") ?? [];
      const behind = commands.find((candidate) => candidate.name === word);
      expect(behind?.name).toBe(word);
      if (behind !== undefined) expect(() => readValues(others, behind, { commands })).not.toThrow();
    },
  );

  it("prints its version", async () => {
    const { stdout, json } = await lookonce("version", "--json");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(json<{ version: string }>().version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it("exits with 2 for what it cannot understand, and with 1 for what cannot be done", async () => {
    expect(await lookonce("infos")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/mean "info"/),
    });
    expect(await lookonce("info", "modl=a.pt")).toMatchObject({ code: 2, stderr: expect.stringMatching(/"model"/) });
    expect(await lookonce("info", "model=none.pt")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/none\.pt/),
    });
  });

  it("prints one line for a mistake, and where it arose only with verbose", async () => {
    const { stderr } = await lookonce("info", "model=none.pt");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect((await lookonce("info", "model=none.pt", "--verbose")).stderr).toMatch(/at .*model-source/);
  });

  it("lets the task be named first, as in other YOLO programs", async () => {
    expect((await lookonce("detect", "info", "model=none.pt")).stderr).toContain("none.pt");
  });

  it("prints mistakes as JSON when asked", async () => {
    const { stdout, json } = await lookonce("info", "model=none.pt", "--json");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(json()).toEqual({ error: { code: "NOT_FOUND", message: expect.stringContaining("none.pt") } });
  });

  it("accepts the order of other YOLO programs, and a task in place of a model", async () => {
    for (const argv of [
      ["detect", "info"],
      ["info", "detect"],
      ["task=detect", "mode=info"],
    ]) {
      expect((await lookonce(...argv, "model=none.pt")).stderr).toContain("none.pt");
    }
    const noSource = {
      code: 2,
      stderr: expect.stringMatching(/model=yolo11n-seg\.pt: no model is named.*predict needs/s),
    };
    for (const argv of [
      ["segment", "predict"],
      ["predict", "segment"],
      ["predict", "task=segment"],
    ]) {
      expect(await lookonce(...argv)).toMatchObject(noSource);
    }
    // A command without models has nothing to fill in
    expect((await lookonce("data", "check", "task=segment", "data=none.yaml")).stderr).not.toContain("no model");
    expect((await lookonce("validate", "model=a.pt")).stderr).toContain('Here it is "val"');
  });

  it("ends with 130 when Ctrl+C stops it, in one line", async () => {
    const controller = new AbortController();
    let stderr = "";
    const sink = {
      write(text: string) {
        stderr += text;
      },
    };
    const server = createServer(() => controller.abort(new Interrupt("SIGINT")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const folder = mkdtempSync(join(tmpdir(), "lookonce-cli-"));
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { LOOKONCE_MIRROR: mirror, LOOKONCE_CACHE: folder };
    const io = { stdout: sink, stderr: sink, env, interrupt: controller.signal };
    expect(await run(["info", "model=yolov8n.pt"], io)).toBe(130);
    expect(stderr).toBe("stopped\n");
    expect(readdirSync(join(folder, "weights"))).toEqual([]);
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("says offline in one sentence how to get a model", async () => {
    let stderr = "";
    const sink = {
      write(text: string) {
        stderr += text;
      },
    };
    const env = { LOOKONCE_OFFLINE: "1", LOOKONCE_CACHE: "/no/such/cache" };
    expect(await run(["info", "model=yolov8x.pt"], { stdout: sink, stderr: sink, env })).toBe(1);
    expect(stderr).toMatch(
      /^error: yolov8x\.pt is not here .* downloads are switched off\. Fetch https:\S+ where there is a connection and save it as \S+, or name a model that is here\.\n$/,
    );
  });
});
