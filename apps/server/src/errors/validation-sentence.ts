import { didYouMean, show } from "@lookonce/errors";

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
  parentSchema?: { properties?: object; description?: string; [key: string]: unknown };
}

/**
 * One clear sentence on the first thing that is wrong with a request.
 *
 * @param part `body`, `querystring`, `params` or `headers`
 */
export function validationSentence([fault]: readonly Fault[], part: string): string {
  if (fault === undefined) return "The request is not valid.";
  const name = nameOf(fault.instancePath);
  const subject = name === "" ? (places[part] ?? "the request") : `"${name}"`;
  const predicate = predicates[fault.keyword]?.(fault) ?? `${fault.message ?? "is not valid"}.`;
  const sentence = fault.keyword === "additionalProperties" ? predicate : `${subject} ${predicate}`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** What is said of a value, by the keyword of the schema that it fails; of unknown parameters the whole sentence. */
const predicates: Readonly<Record<string, (fault: Fault) => string>> = {
  required: ({ params }) => `must have "${params.missingProperty}".`,
  additionalProperties: ({ params, parentSchema }) => {
    const known = Object.keys(parentSchema?.properties ?? {});
    const given = String(params.additionalProperty);
    return `there is no parameter "${given}".${didYouMean(given, known) || ` There are ${known.join(", ")}.`}`;
  },
  type: ({ params, data }) => `must be ${typeName(String(params.type))}, not ${show(data)}.`,
  minimum: ({ params, data }) => `must be at least ${params.limit}, not ${show(data)}.`,
  maximum: ({ params, data }) => `must be at most ${params.limit}, not ${show(data)}.`,
  minItems: ({ params }) => `must have at least ${count(params.limit as number)}.`,
  maxItems: ({ params, data }) =>
    `must have at most ${count(params.limit as number)}, not ${(data as unknown[]).length}.`,
  minLength: () => "must not be empty.",
  maxLength: ({ params }) => `must have at most ${params.limit} characters.`,
  enum: ({ params, data }) => `must be one of ${(params.allowedValues as unknown[]).join(", ")}, not ${show(data)}.`,
  pattern: ({ params, data, parentSchema }) =>
    `must be ${parentSchema?.description ?? `like ${params.pattern}`}, not ${show(data)}.`,
};

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
