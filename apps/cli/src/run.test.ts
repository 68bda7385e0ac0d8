import { describe, expect, it } from "vitest";
import { commands } from "./commands/index.ts";
import { lookonce } from "./test-run.ts";

describe("lookonce", () => {
  it("explains itself when nothing is asked", async () => {
    const { code, stdout, stderr } = await lookonce();
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
      const { parseOptions } = await import("./options/parse.ts");
      expect(example.startsWith(`lookonce ${name} `) || example === `lookonce ${name}`).toBe(true);
      const rest = example.split(" ").slice(1 + name.split(" ").length);
      const command = commands.find((candidate) => candidate.name === name);
      expect(() => parseOptions(rest, command?.options ?? {}, name)).not.toThrow();
    },
  );

  it("tells its version", async () => {
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
});
