import { checkBudget } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";

/** The format's own limit for headers. */
const maxCharacters = 100_000_000;
/** Enough for 100,000 tensors, and for the parser to stay below 200 MB whatever they say. */
const maxSeparators = 2_000_000;

/**
 * Parses JSON of a file that may come from anybody: its size, number of values and depth are limited, the number before it
 * is parsed. Unlike a document's, its top may be any value.
 *
 * @param what the file and the part of it, for errors
 * @throws LookonceError `FORMAT` when it is too large or too deep, `SyntaxError` when it is no JSON
 */
export function parseUntrusted(text: string, what: string): unknown {
  let separators = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // , [ {
    if (code === 0x2c || code === 0x5b || code === 0x7b) separators++;
  }
  if (text.length > maxCharacters || separators > maxSeparators) {
    throw new LookonceError("FORMAT", `${what} is too large to read: ${text.length} characters, ${separators} values`);
  }
  const value: unknown = JSON.parse(text);
  checkBudget({ value }, what, { values: 2 * maxCharacters, depth: 64 });
  return value;
}
