import { type ReadOptionsWith, readRegular, readRegularSync, textOf } from "@lookonce/files";
import { type Document, type ParseOptions, parseYaml } from "./parse.ts";

/** Options of {@link readYaml}; `name` is the path. */
export type ReadYamlOptions<Hint> = ReadOptionsWith<Hint> & Omit<ParseOptions, "name">;

/** A YAML file's text, and what it says. */
export interface YamlFile {
  text: string;
  content: Document;
}

/** A character of UTF-8 has at most four bytes. */
const maxBytes = 4_000_000;

/**
 * Reads a YAML file whose top is a table of keys: a regular file, within the limits of {@link parseYaml}.
 *
 * @throws LookonceError `NOT_FOUND` when there is none, `FORMAT` as `parseYaml`, `IO` when the system cannot read it
 */
export async function readYaml(path: string, options: ReadYamlOptions<string | Promise<string>>): Promise<YamlFile> {
  const text = textOf(await readRegular(path, { maxBytes, ...options }));
  return { text, content: parseYaml(text, { ...options, name: path }) };
}

/** As {@link readYaml}, without a promise. */
export function readYamlSync(path: string, options: ReadYamlOptions<string>): YamlFile {
  const text = textOf(readRegularSync(path, { maxBytes, ...options }));
  return { text, content: parseYaml(text, { ...options, name: path }) };
}
