import { describe, expect, it } from "vitest";
import { printable } from "./index.ts";

describe("printable", () => {
  it.each([
    ["a title of the window", "a\u001b]0;owned\u0007.jpg", "a\\u001b]0;owned\\u0007.jpg"],
    ["a moved cursor", "\u001b[2J\u001b[H", "\\u001b[2J\\u001b[H"],
    ["a line written over", "cat\rdog\b", "cat\\u000ddog\\u0008"],
    ["the one-character form of a sequence", "\u009b31mred", "\\u009b31mred"],
    ["hidden text", "\u001b[8mx\u001b[30mx\u001b[41mx", "\\u001b[8mx\\u001b[30mx\\u001b[41mx"],
    ["a color in the one-character form", "\u0090[31mx", "\\u0090[31mx"],
    ["text read backwards", "gpj.\u202exe", "gpj.\\u202exe"],
    ["nothing and delete", "a\u0000\u007f", "a\\u0000\\u007f"],
  ])("shows %s", (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("keeps lines, tabs, our colors and the world's letters", () => {
    const text = "\u001b[33mwarning:\u001b[39m größe\t猫 🐈\u200d⬛\nÆ";
    expect(printable(text)).toBe(text);
  });

  it("keeps a JSON text the same value", () => {
    const value = { name: "\u009b\u202e\u001b" };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });
});
