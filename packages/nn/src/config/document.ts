import { type Document, parseYaml, tableOf } from "@lookonce/documents";

const expected = "a table of keys such as nc, backbone and head";

/** Reads a model file's text, or accepts the plain object that a checkpoint contains, within the same limits. */
export function readDocument(input: string | object, name: string): Document {
  const options = { name, expected, placeOf };
  return typeof input === "string" ? parseYaml(input, options) : tableOf(input, options);
}

/** The layer, or the key, that keys lead to. */
function placeOf([key = "", index]: readonly string[], root: { backbone?: unknown }): string {
  if ((key !== "head" && key !== "backbone") || index === undefined) return key;
  const before = key === "head" && Array.isArray(root.backbone) ? root.backbone.length : 0;
  return `layer ${before + Number(index)}`;
}
