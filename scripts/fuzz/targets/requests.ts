import type { Request } from "../mutate/request.ts";

/** JSON Schema, as far as the service's description uses it. */
interface Schema {
  type?: string;
  format?: string;
  enum?: readonly unknown[];
  const?: unknown;
  oneOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  items?: Schema;
  minimum?: number;
}

interface Operation {
  parameters?: readonly { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Readonly<Record<string, { schema: Schema }>> };
}

/** A description of routes in OpenAPI, as far as requests need it. */
export interface OpenApi {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What is there in the service that is tried. */
const names: Readonly<Record<string, string>> = {
  ...{ model: "tiny", file: "tiny.yaml", data: "set", name: "run", "*": "results.csv", id: "1" },
};

/** Values that a schema accepts: one, or one for each alternative. */
function samplesOf(schema: Schema, name = ""): unknown[] {
  if (schema.oneOf !== undefined) return schema.oneOf.flatMap((one) => samplesOf(one, name));
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum !== undefined) return [schema.enum[0]];
  if (schema.type === "object") {
    const entries = Object.entries(schema.properties ?? {}).map(([key, one]) => [key, samplesOf(one, key)[0]]);
    return [Object.fromEntries(entries)];
  }
  if (schema.type === "array") return [samplesOf(schema.items ?? {}, name).slice(0, 1)];
  if (schema.type === "boolean") return [true];
  if (schema.type === "integer" || schema.type === "number") return [Math.max(schema.minimum ?? 0, 1)];
  return [names[name] ?? "text"];
}

/** Bodies of every content type that an operation accepts. */
function bodiesOf({ requestBody }: Operation, image: Buffer): Pick<Request, "headers" | "body">[] {
  return Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) => {
    if (type.endsWith("/*") || schema.format === "binary") {
      const sent = type.replace("*", type === "video/*" ? "mp4" : "png");
      return [{ headers: { "content-type": sent }, body: image.toString("latin1") }];
    }
    const samples = samplesOf(schema) as Record<string, unknown>[];
    if (type !== "multipart/form-data") {
      return samples.map((sample) => {
        const value = "images" in sample ? { ...sample, images: [image.toString("base64")] } : sample;
        return { headers: { "content-type": type }, body: JSON.stringify(value) };
      });
    }
    const part = (name: string, rest: string): string =>
      `--limit\r\ncontent-disposition: form-data; name="${name}"${rest}\r\n`;
    const { image: _, ...fields } = samples[0] ?? {};
    const parts = Object.entries(fields).map(([name, value]) => part(name, `\r\n\r\n${value}`));
    const file = part("image", `; filename="a.png"\r\ncontent-type: image/png\r\n\r\n${image.toString("latin1")}`);
    return [{ headers: { "content-type": `${type}; boundary=limit` }, body: `${parts.join("")}${file}--limit--\r\n` }];
  });
}

/** Valid requests for every route: a seed for each of its bodies, with all its parameters and with none. */
export function requestsOf(paths: OpenApi["paths"], image: Buffer): Request[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const own = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => names[name] ?? "1");
      const query = new URLSearchParams();
      for (const { name, in: place, schema } of operation.parameters ?? []) {
        if (place === "query") query.set(name, String(samplesOf(schema, name)[0]));
      }
      const bodies = [...bodiesOf(operation, image), { headers: {}, body: "" }];
      const urls = query.size === 0 ? [own] : [own, `${own}?${query}`];
      return bodies.flatMap((body) => urls.map((url) => ({ method: method.toUpperCase(), url, ...body })));
    }),
  );
}
