import { didYouMean, LookonceError } from "@lookonce/errors";

/** Numbers of classes by numbers or names; a name counts for all classes that bear it, whatever the case of its letters. */
export function classNumbers(classes: readonly (number | string)[], names: readonly string[]): number[] {
  const numbers = classes.flatMap((wanted) => {
    if (typeof wanted === "number") return isClass(wanted, names) ? [wanted] : refuse(wanted, names);
    const key = wanted.trim().toLowerCase();
    const named = names.flatMap((name, number) => (name.toLowerCase() === key ? [number] : []));
    if (named.length > 0) return named;
    const number = /^\s*\d+\s*$/.test(wanted) ? Number(wanted) : Number.NaN;
    return isClass(number, names) ? [number] : refuse(wanted, names);
  });
  return [...new Set(numbers)];
}

function isClass(number: number, names: readonly string[]): boolean {
  return Number.isInteger(number) && number >= 0 && number < names.length;
}

function refuse(wanted: number | string, names: readonly string[]): never {
  const listed = names.length > 12 ? `${names.slice(0, 12).join(", ")}, …` : names.join(", ");
  const hint = typeof wanted === "string" ? didYouMean(wanted, names) : "";
  throw new LookonceError(
    "ARGUMENT",
    `There is no class ${typeof wanted === "string" ? `"${wanted}"` : wanted}.${hint} The model has ${names.length}, 0 to ${names.length - 1}: ${listed}.`,
  );
}
