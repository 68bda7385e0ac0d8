import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findWords, parseVocabulary } from "./vocabulary.mjs";

const vocabulary = parseVocabulary(readFileSync(new URL("vocabulary.yaml", import.meta.url), "utf8"));
const wordsIn = (text: string): string[] => findWords(text, vocabulary).map(({ word }) => word);

describe("findWords", () => {
  it("finds a planted word with its line, column and replacement", () => {
    expect(findWords("// An image.\n// The picture.", vocabulary)).toEqual([
      { line: 2, column: 8, word: "picture", use: "image" },
    ]);
  });

  it.each([
    ["const pictureSize = readPicture(PICTURES);", ["picture", "Picture", "PICTURES"]],
    ["a normalised colour, optimised in the centre", ["normalised", "colour", "optimised", "centre"]],
    ["It takes a batch, looks at it and tells the caller.", ["tells", "looks at", "takes"]],
    ["class OnnxForm { mostLanes = givenAnchors.lags; }", ["givenA", "OnnxForm", "mostL", "lags"]],
  ])("splits identifiers and sees every form: %s", (line, words) => {
    expect(wordsIn(line).sort()).toEqual([...words].sort());
  });

  it("leaves other words that contain one alone", () => {
    expect(wordsIn("threshold, household, toColourspace, output, essays, a step takes 3 ms, new FormData()")).toEqual(
      [],
    );
  });

  it("allows a use that a comment on the line, or on the one before, allows", () => {
    expect(wordsIn("x.pictures; // vocabulary-allow: pictures, a golden file's key")).toEqual([]);
    expect(wordsIn("// vocabulary-allow: pictures, a golden file's key\nx.pictures;\ny.pictures;")).toEqual([
      "pictures",
    ]);
  });
});
