import { describe, expect, it } from "vitest";
import { bar } from "./bar.ts";
import { table } from "./table.ts";
import { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

function captured(options: { isTTY?: boolean; json?: boolean; env?: Record<string, string> } = {}): {
  terminal: Terminal;
  out: string[];
  err: string[];
} {
  const out: string[] = [];
  const err: string[] = [];
  const isTTY = options.isTTY ?? false;
  const io = {
    stdout: { write: (text: string) => out.push(text), isTTY },
    stderr: { write: (text: string) => err.push(text), isTTY, columns: 30 },
    env: options.env ?? {},
  };
  return { terminal: new Terminal(io, options.json ?? false), out, err };
}

describe("Terminal", () => {
  it("says results on stdout and notes on stderr", () => {
    const { terminal, out, err } = captured();
    terminal.say("found");
    terminal.note("looking");
    expect({ out, err }).toEqual({ out: ["found\n"], err: ["looking\n"] });
  });

  it("keeps stdout for the JSON object", () => {
    const { terminal, out, err } = captured({ json: true });
    terminal.say("found");
    terminal.json({ a: 1 });
    expect({ out, err }).toEqual({ out: ['{"a":1}\n'], err: ["found\n"] });
  });

  it("prints what others wrote without obeying it", () => {
    const { terminal, out, err } = captured({ isTTY: true, env: { NO_COLOR: "1" } });
    const name = "a\u001b]0;owned\u0007";
    terminal.say(name);
    terminal.warn(name);
    terminal.progress(name);
    terminal.json({ name });
    expect(out).toEqual(["a\\u001b]0;owned\\u0007\n", '{"name":"a\\u001b]0;owned\\u0007"}\n']);
    expect(err.slice(0, 2)).toEqual(["warning: a\\u001b]0;owned\\u0007\n", "\r\u001b[Ka\\u001b]0;owned\\u0007"]);
  });

  it("colors where a person looks, unless NO_COLOR forbids it", () => {
    const escaped = (setting: Parameters<typeof captured>[0]): boolean => {
      const { terminal, err } = captured(setting);
      terminal.warn("careful");
      return err.join("").includes("\u001b");
    };
    expect(escaped({ isTTY: true })).toBe(true);
    expect(escaped({ isTTY: false })).toBe(false);
    expect(escaped({ isTTY: true, env: { NO_COLOR: "1" } })).toBe(false);
    expect(escaped({ isTTY: true, env: { TERM: "dumb" } })).toBe(false);
    expect(escaped({ isTTY: false, env: { FORCE_COLOR: "1" } })).toBe(true);
    expect(escaped({ isTTY: true, env: { FORCE_COLOR: "0" } })).toBe(false);
    expect(escaped({ isTTY: true, env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).toBe(false);
  });

  it("shows that something goes on only where a person looks, and clears it", async () => {
    const work = async (terminal: Terminal): Promise<string> => terminal.during("loading", async () => "done");
    const silent = captured();
    expect(await work(silent.terminal)).toBe("done");
    expect(silent.err).toEqual([]);
    const { terminal, err } = captured({ isTTY: true });
    await work(terminal);
    expect(err[0]).toContain("loading");
    expect(err.at(-1)).toBe("\r\u001b[K");
    err.length = 0;
    await terminal.during("loading", async () => {
      terminal.progress("half of it");
      await new Promise((resolve) => setTimeout(resolve, 250));
    });
    expect(err.filter((text) => text.includes("loading"))).toHaveLength(1);
    expect(err).toContain("\r\u001b[Khalf of it");
    await expect(terminal.during("x", () => Promise.reject(new Error("fault")))).rejects.toThrow("fault");
    expect(err.at(-1)).toBe("\r\u001b[K");
  });

  it("shows progress only where a person looks, cut to the width, and clears it before a line", () => {
    const silent = captured();
    silent.terminal.progress("1/10");
    expect(silent.err).toEqual([]);
    const { terminal, err, out } = captured({ isTTY: true });
    terminal.progress("x".repeat(100));
    terminal.say("done");
    expect(err).toEqual([`\r\u001b[K${"x".repeat(29)}`, "\r\u001b[K"]);
    expect(out).toEqual(["done\n"]);
  });
});

describe("bar", () => {
  it("fills with what is done", () => {
    expect(bar(0, 4, 4)).toBe("░░░░");
    expect(bar(1, 4, 4)).toBe("█░░░");
    expect(bar(9, 4, 4)).toBe("████");
    expect(bar(0, 0, 4)).toBe("░░░░");
  });
});

describe("wrap", () => {
  it("breaks at spaces and leaves long words whole", () => {
    expect(wrap("a bb ccc dddddd", 6)).toEqual(["a bb", "ccc", "dddddd"]);
    expect(wrap("abcdefgh ij", 4)).toEqual(["abcdefgh", "ij"]);
  });
});

describe("table", () => {
  it("continues cells on further lines and follows the alignment asked for", () => {
    expect(table(["a", "b"], [["1\n22", "x"]], { align: "<>" })).toEqual(["a   b", "1   x", "22"]);
    expect(table(["a", "b"], [["x", "1\n22"]])).toEqual(["a   b", "x   1", "   22"]);
  });

  it("aligns numbers to the right and words to the left", () => {
    expect(
      table(
        ["name", "n"],
        [
          ["a", "10"],
          ["bcdef", "9"],
        ],
      ),
    ).toEqual(["name    n", "a      10", "bcdef   9"]);
  });
});
