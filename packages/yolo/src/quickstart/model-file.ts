import type { ModelConfig } from "@lookonce/nn";

/** A model's configuration as the text of a model file: a row of the tables a line. */
export function modelFileText({ source }: Pick<ModelConfig, "source">): string {
  const lines = Object.entries(source).map(([key, value]) => {
    if (key !== "backbone" && key !== "head") return `${key}: ${JSON.stringify(value)}`;
    return [`${key}:`, ...(value as unknown[]).map((row) => `  - ${JSON.stringify(row)}`)].join("\n");
  });
  // JSON within a line is YAML, too.
  return `${lines.join("\n")}\n`;
}
