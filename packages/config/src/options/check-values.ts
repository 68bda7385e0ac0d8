import { didYouMean, LookonceError, show } from "@lookonce/errors";
import type { OptionTable } from "./option.ts";
import { accepts, describeValue } from "./value-types.ts";

/**
 * Refuses unknown names (snake_case) and values that their option does not accept.
 *
 * @param what who has these options, for sentences: `a job that is to train`
 */
export function checkValues(
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
  { what, prefix = "" }: { what: string; prefix?: string },
): void {
  for (const [name, value] of Object.entries(values)) {
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) {
      const names = Object.keys(table);
      const hint = didYouMean(name, names) || ` There are ${names.join(", ")}.`;
      throw new LookonceError("ARGUMENT", `${what} has no option "${name}".${hint}`);
    }
    if (accepts(option, value)) continue;
    throw new LookonceError("ARGUMENT", `${prefix}${name} must be ${describeValue(option)}, not ${show(value)}.`);
  }
}
