import type { Random } from "@lookonce/random";
import type { Mutate } from "../target.ts";
import { maxBytes } from "./bytes.ts";

/** Values that a document may have where its readers expect others. */
const values: readonly unknown[] = [
  ...[null, true, "", "text", "nan", "../x", "__proto__", "\u001b[31m", "x".repeat(5000)],
  ...[0, -1, 0.5, 3, 1e9, 2 ** 31, 2 ** 53, -(2 ** 63), 1e300],
  ...[[], {}, [[]], [null], [1, 2], { a: 1 }, { length: 3 }, { toString: 1 }, [[[[[[1]]]]]], new Array(2000).fill(0)],
];

/** A value and where it stands. */
interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** Copies of copies soon are more than can be written. */
const maxPlaces = 5000;

/** Every place of a document; without recursion, since documents may be deep. */
function placesOf(root: object): Place[] {
  const places: Place[] = [];
  const open: object[] = [root];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    for (const [key, value] of Object.entries(holder)) {
      if (places.length > maxPlaces) return places;
      places.push({ holder: holder as Place["holder"], key });
      if (typeof value === "object" && value !== null) open.push(value);
    }
  }
  return places;
}

function set({ holder, key }: Place, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(value: unknown, depth: number): unknown {
  let result = value;
  for (let i = 0; i < depth; i++) result = i % 2 === 0 ? [result] : { a: result };
  return result;
}

type Edit = (place: Place, random: Random, places: readonly Place[]) => void;

const setAny: Edit = (place, random) => set(place, random.choice(values));

const edits: readonly Edit[] = [
  setAny,
  setAny,
  ({ holder, key }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  function copyFromElsewhere(place, random, places) {
    const { holder, key } = random.choice(places);
    set(place, structuredClone(holder[key]));
  },
  function duplicate({ holder, key }, random, places) {
    // Copies of copies of copies would never be written
    const count = random.choice(places.length < 200 ? [1, 2, 500] : [1]);
    if (Array.isArray(holder)) holder.splice(Number(key), 0, ...new Array(count).fill(holder[Number(key)]));
    else set({ holder, key: random.choice(["__proto__", "constructor", "", `${key} `, "0"]) }, holder[key]);
  },
  function number(place, random) {
    const value = Number(place.holder[place.key]);
    if (Number.isFinite(value)) set(place, value * random.choice([-1, 2, 0.5, 1e6]) + random.choice([0, 1, -1]));
  },
  (place, random) => {
    // Writing takes time in the square of the depth
    const depth = random.chance(0.02) ? 5000 : random.choice([1, 2, 40, 300]);
    set(place, nested(place.holder[place.key], depth));
  },
];

/** Changes values of a document in place. */
function mutateValue(document: object, random: Random): void {
  for (let count = random.choice([1, 1, 2, 5]); count > 0; count--) {
    const places = placesOf(document);
    if (places.length === 0 || places.length > maxPlaces) return;
    random.choice(edits)(random.choice(places), random, places);
  }
}

/** Changes values of a JSON text; a text that is none stays as it is. */
export function mutateJsonText(text: string, random: Random): string {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== "object" || document === null) return text;
    mutateValue(document, random);
    const changed = JSON.stringify(document);
    return changed.length > maxBytes ? text : changed;
  } catch {
    // No JSON, or too deep to be written
    return text;
  }
}

/** Changes values of a JSON file. */
export const mutateJson: Mutate = (bytes, random) =>
  Buffer.from(mutateJsonText(Buffer.from(bytes).toString("utf8"), random));
