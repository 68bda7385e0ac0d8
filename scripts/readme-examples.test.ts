import { describe, expect, it } from "vitest";
import { extractExamples, unreadableBlocks } from "./readme-examples.mjs";

describe("extractExamples", () => {
  it("reads ts blocks only, keeps their line numbers, and sees which are not to be run", () => {
    const markdown = ["# x", "```sh", "npm i", "```", "```ts", "const a = 1;", "```", "```ts no-run", "b();", "```"];
    expect(extractExamples(markdown.join("\n"))).toEqual([
      { run: true, line: 5, code: "\n\n\n\n\nconst a = 1;\n" },
      { run: false, line: 8, code: "\n\n\n\n\n\n\n\nb();\n" },
    ]);
  });

  it("appends continued blocks to those before them, and runs both or none", () => {
    const markdown = ["```ts", "const a = 1;", "```", "and then", "```ts continued no-run", "a;", "```"];
    expect(extractExamples(markdown.join("\n"))).toEqual([{ run: false, line: 1, code: "\nconst a = 1;\n\n\n\na;\n" }]);
  });

  it("leaves a block inside a longer fence alone", () => {
    expect(extractExamples("````md\n```ts\nnot();\n```\n````\n")).toEqual([]);
  });
});

describe("unreadableBlocks", () => {
  it("names blocks of JSON, YAML and JavaScript that are none", () => {
    const markdown = [
      "```json",
      "{ a: 1 }",
      "```",
      "```yaml",
      "a: [1",
      "```",
      "```js",
      "a b",
      "```",
      "```json",
      "[1]",
      "```",
    ];
    const faults = unreadableBlocks(markdown.join("\n"));
    expect(faults.map((fault) => fault.split(" cannot")[0])).toEqual(["1: this json", "4: this yaml", "7: this js"]);
  });
});
