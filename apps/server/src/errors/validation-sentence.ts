import { didYouMean } from "@lookonce/errors";

/** The part of a request that was validated, for people. */
const places: Readonly<Record<string, string>> = {
  body: "the body",
  querystring: "the address",
  params: "the address",
  parameters: "the parameters",
  headers: "the headers",
};

/** What a validator reports of a value, as far as sentences need it. */
interface Fault {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message?: string;
  /** The value, and the schema that it was validated against (the validator is `verbose`). */
  data?: unknown;
  parentSchema?: object;
}

/**
 * One clear sentence on the first thing that is wrong with a request.
 *
 * @param part `body`, `querystring`, `params` or `headers`
 */
export function validationSentence(faults: readonly Fault[], part: string): string {
  const [fault] = faults;
  if (fault === undefined) return "The request is not valid.";
  const name = nameOf(fault.instancePath);
  const whole = places[part] ?? "the request";
  return capital(sentenceOf(fault, name === "" ? whole : `"${name}"`));
}

function sentenceOf({ keyword, params, data, parentSchema, message }: Fault, name: string): string {
  switch (keyword) {
    case "required":
      return `${name} must have "${params.missingProperty}".`;
    case "additionalProperties": {
      const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const given = String(params.additionalProperty);
      return `there is no parameter "${given}".${didYouMean(given, known) || ` There are ${known.join(", ")}.`}`;
    }
    case "type":
      return `${name} must be ${typeName(String(params.type))}, not ${shown(data)}.`;
    case "minimum":
      return `${name} must be at least ${params.limit}, not ${shown(data)}.`;
    case "maximum":
      return `${name} must be at most ${params.limit}, not ${shown(data)}.`;
    case "minItems":
      return `${name} must have at least ${count(params.limit as number)}.`;
    case "maxItems":
      return `${name} must have at most ${count(params.limit as number)}, not ${(data as unknown[]).length}.`;
    case "minLength":
      return `${name} must not be empty.`;
    case "maxLength":
      return `${name} must have at most ${params.limit} characters.`;
    case "enum":
      return `${name} must be one of ${(params.allowedValues as unknown[]).join(", ")}, not ${shown(data)}.`;
    case "pattern":
      return `${name} must be ${(parentSchema as { description?: string } | undefined)?.description ?? `like ${params.pattern}`}, not ${shown(data)}.`;
    default:
      return `${name} ${message ?? "is not valid"}.`;
  }
}

/** `/classes/0` as `classes[0]`. */
function nameOf(path: string): string {
  return path
    .slice(1)
    .replaceAll(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".");
}

function typeName(type: string): string {
  if (type === "integer") return "a whole number";
  if (type === "boolean") return "true or false";
  if (type === "string") return "a text";
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

function count(items: number): string {
  return `${items} item${items === 1 ? "" : "s"}`;
}

/** A value, cut short: answers do not repeat a whole image. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
