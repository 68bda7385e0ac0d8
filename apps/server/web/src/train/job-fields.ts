/** A JSON Schema of an option, as the service's document has it. */
interface OptionSchema {
  title?: string;
  description?: string;
  type?: string;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

/** The part of the service's OpenAPI document that describes jobs. */
export interface JobDocument {
  paths: {
    "/v1/jobs": {
      post: { requestBody: { content: { "application/json": { schema: { oneOf: readonly RequestSchema[] } } } } };
    };
  };
}

interface RequestSchema {
  title: string;
  properties: { options: { properties: Readonly<Record<string, OptionSchema>> } };
}

export interface JobField {
  name: string;
  label: string;
  help: string;
  /** Whether it is shown among the first. */
  isCommon: boolean;
  kind: "number" | "choice" | "list";
  min?: number;
  max?: number;
  step: number | "any";
  choices: readonly string[];
  /** The default, shown where nothing is filled in. */
  placeholder: string;
}

/** The fields of the form for a training: every option that the service accepts. */
export function trainingFields({ paths }: JobDocument): JobField[] {
  const kinds = paths["/v1/jobs"].post.requestBody.content["application/json"].schema.oneOf;
  const options = kinds.find(({ title }) => title === "train")?.properties.options.properties ?? {};
  return Object.entries(options).map(([name, schema]) => ({
    name,
    label: schema.title ?? name,
    help: schema.description ?? "",
    isCommon: schema.title !== undefined,
    kind: kindOf(schema),
    ...(schema.minimum === undefined ? {} : { min: schema.minimum }),
    ...(schema.maximum === undefined ? {} : { max: schema.maximum }),
    step: schema.type === "integer" ? 1 : "any",
    choices: schema.type === "boolean" ? ["true", "false"] : (schema.enum ?? []),
    placeholder: schema.default === undefined ? "default" : String(schema.default),
  }));
}

function kindOf({ type, enum: choices }: OptionSchema): JobField["kind"] {
  if (type === "boolean" || choices !== undefined) return "choice";
  return type === "number" || type === "integer" ? "number" : "list";
}

/** The options of a job: what was filled in, under the options' names, numbers as numbers. */
export function jobOptions(
  values: Readonly<Record<string, string>>,
  fields: readonly JobField[],
): Record<string, unknown> {
  const filled = fields.filter(({ name }) => (values[name] ?? "").trim() !== "");
  return Object.fromEntries(filled.map((field) => [field.name, fieldValue(field, values[field.name] ?? "")]));
}

function fieldValue({ kind, choices }: JobField, text: string): unknown {
  if (kind === "choice") return choices[0] === "true" ? text === "true" : text;
  const numbers = text.split(",").map(Number);
  return numbers.length === 1 ? numbers[0] : numbers;
}
