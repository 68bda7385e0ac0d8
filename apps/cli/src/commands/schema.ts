import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonSchemas, optionSchema, recipeOptions } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { type CommandWork, work } from "../command.ts";

/** `lookonce schema`: JSON Schemas of the files that lookonce reads. */
export const schemaCommand: CommandWork = work("schema", {
  positional: "of",
  examples: ["lookonce schema data", "lookonce schema output=.vscode"],
  async run({ of = "settings", output, json }, terminal) {
    const schemas = jsonSchemas(optionSchema, recipeOptions);
    if (output === undefined) {
      if (!json) terminal.say(JSON.stringify(schemas[of], undefined, 2));
      return schemas[of];
    }
    const files = Object.entries(schemas).map(([name, schema]) => ({
      file: join(output, `${name}.schema.json`),
      schema,
    }));
    try {
      await mkdir(output, { recursive: true });
      for (const { file, schema } of files) await writeFile(file, `${JSON.stringify(schema, undefined, 2)}\n`);
    } catch (cause) {
      throw new LookonceError("IO", `cannot write the schemas into ${output}: ${(cause as Error).message}.`, { cause });
    }
    for (const { file } of files) terminal.say(`wrote ${file}`);
    return { files: files.map(({ file }) => file) };
  },
});
