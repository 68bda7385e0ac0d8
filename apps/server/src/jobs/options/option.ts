import { LookonceError } from "@lookonce/errors";

/** What values an option of a job takes. */
export type OptionForm =
  | { is: "integer" | "number"; min?: number; max?: number }
  | { is: "flag" }
  | { is: "choice"; of: readonly string[] }
  /** One whole number, or a list of them. */
  | { is: "integers" }
  /** The side of images, or their height and width. */
  | { is: "sides"; min: number; max: number };

/** An option of a job. */
export type Option = OptionForm & {
  /** For people. */
  help: string;
  /** Its name in the library, where that is another. */
  as?: string;
};

/** Options by their names, which are those of the command line. */
export type OptionTable = Readonly<Record<string, Option>>;

/** @throws LookonceError `ARGUMENT` for a value that the option does not take */
export function checkOption(name: string, option: Option, value: unknown): void {
  const expected = describeForm(option);
  if (!takes(option, value)) {
    throw new LookonceError("ARGUMENT", `options.${name} must be ${expected}, not ${JSON.stringify(value)}.`);
  }
}

/** The option as JSON schema, for the service's document. */
export function schemaOf({ help, ...form }: Option): object {
  const description = help;
  switch (form.is) {
    case "flag":
      return { type: "boolean", description };
    case "choice":
      return { type: "string", enum: form.of, description };
    case "integers":
      return { description, anyOf: [{ type: "integer" }, { type: "array", items: { type: "integer" } }] };
    case "sides": {
      const side = { type: "integer", minimum: form.min, maximum: form.max };
      return { description, anyOf: [side, { type: "array", items: side, minItems: 2, maxItems: 2 }] };
    }
    default: {
      const { is, min, max } = form;
      const limits = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
      return { type: is, description, ...limits };
    }
  }
}

function takes(form: OptionForm, value: unknown): boolean {
  switch (form.is) {
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return form.of.includes(value as string);
    case "integers":
      return isRow(value) || (Array.isArray(value) && value.length > 0 && value.length <= 1000 && value.every(isRow));
    case "sides": {
      const side = { ...form, is: "integer" } as const;
      if (Array.isArray(value)) return value.length === 2 && value.every((one) => takes(side, one));
      return takes(side, value);
    }
    default: {
      const { is, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = form;
      if (typeof value !== "number" || !Number.isFinite(value) || (is === "integer" && !Number.isInteger(value))) {
        return false;
      }
      return value >= min && value <= max;
    }
  }
}

function isRow(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function describeForm(form: OptionForm): string {
  switch (form.is) {
    case "flag":
      return "true or false";
    case "choice":
      return form.of.length === 1 ? `"${form.of[0]}"` : `one of ${form.of.join(", ")}`;
    case "integers":
      return "a whole number or a list of them";
    case "sides":
      return `a whole number from ${form.min} to ${form.max}, or [height, width]`;
    default: {
      const { is, min, max } = form;
      const kind = is === "integer" ? "a whole number" : "a number";
      if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
      return min === undefined ? kind : `${kind} of at least ${min}`;
    }
  }
}
