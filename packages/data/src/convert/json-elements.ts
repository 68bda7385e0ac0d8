import { JSONParser } from "@streamparser/json";
import { notWhole, readPieces } from "./read-pieces.ts";

/** An element of a list in a JSON file. */
export interface JsonElement {
  /** The key of its list; `undefined` of a list at the top. */
  list: string | undefined;
  /** Its number in a list, or its name in a table. */
  key: unknown;
  value: unknown;
}

/**
 * Reads the elements of lists in a JSON file of any size, those that end in a megabyte at a time, in their order. Only these are in
 * memory.
 *
 * @param paths the elements, such as `$.images.*`, or `$.*` for those of a list at the top
 * @throws LookonceError `NOT_FOUND` without the file, `FORMAT` when it is not JSON or ends too early, `IO`
 */
export async function* jsonElements(
  file: string,
  paths: readonly string[],
): AsyncGenerator<{ elements: JsonElement[]; done: number; total: number }> {
  const parser = new JSONParser({ paths: [...paths], keepStack: false });
  let elements: JsonElement[] = [];
  let read = 0;
  parser.onValue = ({ value, key, stack }) => {
    elements.push({ list: stack[1]?.key as string | undefined, key, value });
  };
  const parse = async (step: () => void): Promise<JsonElement[]> => {
    try {
      step();
    } catch (cause) {
      throw await notWhole(file, { what: "JSON", done: read, cause: cause as Error });
    }
    const found = elements;
    elements = [];
    return found;
  };
  for await (const { bytes, done, total } of readPieces(file)) {
    const isFirst = read === 0;
    read = done;
    yield { elements: await parse(() => void parser.write(withoutMark(bytes, isFirst))), done, total };
  }
  await parse(() => {
    if (!parser.isEnded) parser.end();
  });
}

/** Some programs write a byte order mark before the JSON. */
function withoutMark(chunk: Uint8Array, isFirst: boolean): Uint8Array {
  return isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}
