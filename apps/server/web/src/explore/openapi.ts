/** A JSON Schema, as far as the page shows it. */
export interface Schema {
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  $ref?: string;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

type Contents = Record<string, { schema?: Schema }>;

interface DocumentOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content?: Contents };
  responses?: Record<string, { description?: string; content?: Contents }>;
}

export interface OpenApiDocument {
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, DocumentOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** One operation of the service. */
export interface Operation {
  /** What its address on the page ends with. */
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string | undefined;
  parameters: Parameter[];
  /** Schemas of bodies by content type. */
  bodies: [type: string, schema: Schema][];
  /** What it answers: status, what it means, and the schema of JSON. */
  answers: { status: string; description: string; schema: Schema | undefined }[];
}

/** The operations of a document, in its order. */
export function operationsOf({ paths }: OpenApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId ?? `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      tag: operation.tags?.[0] ?? "service",
      summary: operation.summary ?? path,
      description: operation.description,
      parameters: operation.parameters ?? [],
      bodies: Object.entries(operation.requestBody?.content ?? {}).map(
        ([type, { schema = {} }]) => [type, schema] as [string, Schema],
      ),
      answers: Object.entries(operation.responses ?? {}).map(([status, { description = "", content = {} }]) => ({
        ...{ status, description },
        schema: content["application/json"]?.schema,
      })),
    })),
  );
}

/** Whether a schema is that of a file, or of several. */
export function isFile({ format, items }: Schema): boolean {
  return format === "binary" || items?.format === "binary";
}

/** A value that a schema allows, to show what it looks like; `required` leaves out properties that need not be there. */
export function sampleOf(schema: Schema, document: OpenApiDocument, { required = false } = {}): unknown {
  const { $ref, examples, anyOf, properties = {}, items, type } = schema;
  const only = { required };
  if (examples?.[0] !== undefined) return examples[0];
  if ($ref !== undefined) {
    return sampleOf(document.components?.schemas?.[$ref.split("/").at(-1) ?? ""] ?? {}, document, only);
  }
  if (schema.enum !== undefined) return schema.enum[0];
  if (anyOf?.[0] !== undefined) return sampleOf(anyOf[0], document, only);
  switch (Array.isArray(type) ? type[0] : type) {
    case "object": {
      const shown = Object.entries(properties).filter(([name]) => !required || schema.required?.includes(name));
      return Object.fromEntries(shown.map(([name, each]) => [name, sampleOf(each, document, only)]));
    }
    case "array":
      return items === undefined ? [] : [sampleOf(items, document, only)];
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return true;
    case "string":
      return "…";
    default:
      return null;
  }
}

/** What is sent, before it is. */
export interface Draft {
  method: string;
  /** With parameters filled in. */
  address: string;
  type: string | undefined;
  /** JSON as text, a file, or fields of a form. */
  body: string | File | [name: string, value: string | File][] | undefined;
}

/** The address of an operation with its parameters. A `*` may contain slashes. */
export function addressOf({ path, parameters }: Operation, values: Readonly<Record<string, string>>): string {
  const filled = path.replace(/\{(.+?)\}/g, (_, name: string) => {
    const value = encodeURIComponent(values[name] ?? "");
    return name === "*" ? value.replaceAll("%2F", "/") : value;
  });
  const query = parameters
    .filter(({ in: place, name }) => place === "query" && (values[name] ?? "") !== "")
    .map(({ name }) => `${encodeURIComponent(name)}=${encodeURIComponent(values[name] as string)}`);
  return query.length === 0 ? filled : `${filled}?${query.join("&")}`;
}

/** The same request as a command line of curl; `hasKey` for a service that wants one. */
export function curlOf({ method, address, type, body }: Draft, origin: string, hasKey: boolean): string {
  const parts = [`curl ${quoted(origin + address)}`];
  if (method !== "GET" && !(method === "POST" && body !== undefined))
    parts[0] = `curl -X ${method} ${quoted(origin + address)}`;
  if (hasKey) parts.push('-H "Authorization: Bearer $LOOKONCE_KEY"');
  if (Array.isArray(body)) {
    for (const [name, value] of body) {
      parts.push(`-F ${quoted(`${name}=${typeof value === "string" ? value : `@${value.name}`}`)}`);
    }
  } else if (body !== undefined) {
    parts.push(`-H ${quoted(`Content-Type: ${type}`)}`);
    parts.push(typeof body === "string" ? `-d ${quoted(body)}` : `--data-binary ${quoted(`@${body.name}`)}`);
  }
  return parts.join(" \\\n  ");
}

/** As a shell reads it: one word. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
