import { describeDefault, fixedDefault } from "./describe.ts";
import { isSetBy, libraryName, type Option, type OptionSchema, type OptionTable } from "./option.ts";

/** TypeScript of the options' types: `XArgs` of the library, `XValues` of the command line. */
export function optionTypes(schema: OptionSchema, recipe: OptionTable, tracker: OptionTable): string {
  const commands = Object.entries(schema).map(([name, { options }]) => ({ name, type: typeName(name), options }));
  return [
    "// Generated from the option schema: `npm run generate` rewrites it.",
    "",
    "/** Keys of a recipe: hyper-parameters under the names of YOLO's files, and training settings. */",
    "export interface RecipeArgs {",
    ...Object.entries(recipe).flatMap(([key, option]) => member(key, option)),
    "}",
    "",
    "/** Settings of a tracker: the keys of its YAML file. */",
    "export interface TrackerSettings {",
    ...Object.entries(tracker).flatMap(([key, option]) => [docOf(option), `  ${key}: ${typeOf(option, "library")};`]),
    "}",
    ...commands.flatMap(({ name, type, options }) => [
      ...libraryType(name, type, options),
      "",
      `/** Options of \`lookonce ${name}\` once defaults are filled in. */`,
      `export interface ${type}Values {`,
      ...members(options, "cli"),
      "}",
    ]),
    "",
    "/** Values of all commands' options, by the commands' names. */",
    "export interface CommandValues {",
    ...commands.map(({ name, type }) => `  ${/\s/.test(name) ? JSON.stringify(name) : name}: ${type}Values;`),
    "}",
    "",
    "/** Options of all commands in the library. */",
    "export interface CommandArgs {",
    ...commands.map(({ name, type, options }) => {
      const isEmpty = members(options, "library").length === 0;
      return `  ${/\s/.test(name) ? JSON.stringify(name) : name}: ${isEmpty ? "object" : `${type}Args`};`;
    }),
    "}",
    "",
  ].join("\n");
}

function libraryType(name: string, type: string, options: OptionTable): string[] {
  const lines = members(options, "library");
  if (lines.length === 0) return [];
  return ["", `/** Options of \`${name}\` in the library. */`, `export interface ${type}Args {`, ...lines, "}"];
}

function members(options: OptionTable, setter: "library" | "cli"): string[] {
  const own = Object.entries(options).filter(([, option]) => isSetBy(option, setter));
  const recipe = own.some(([, { group }]) => group === "recipe")
    ? ["  /** What differs from the recipe of the model's family. */", "  recipe?: RecipeArgs;"]
    : [];
  return [
    ...own.filter(([, { group }]) => group !== "recipe").flatMap(([name, option]) => member(name, option, setter)),
    ...recipe,
  ];
}

function member(name: string, option: Option, setter: "library" | "cli" = "library"): string[] {
  const isSure = option.required || (setter === "cli" && fixedDefault(option) !== undefined);
  const line = `  ${libraryName(name, option)}${isSure ? "" : "?"}: ${typeOf(option, setter)};`;
  if (setter === "cli") return [line];
  return [docOf(option, setter), line];
}

function docOf(option: Option, setter: "library" | "cli" = "library"): string {
  const known = option.required ? undefined : describeDefault(option, setter);
  const help = option.help.charAt(0).toUpperCase() + option.help.slice(1);
  return `  /** ${help}.${known === undefined ? "" : ` Default: ${known}.`} */`;
}

function typeOf({ type, choices, isOpen, isListOnCli }: Option, setter: "library" | "cli"): string {
  const word = choices === undefined || isOpen ? "string" : choices.map((choice) => JSON.stringify(choice)).join(" | ");
  switch (type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return "number";
    case "text":
      return "string";
    case "choice":
      return isListOnCli && setter === "cli" ? `readonly (${word})[]`.replace("(string)", "string") : word;
    case "words":
      return `readonly (${word})[]`.replace("(string)", "string");
    case "classes":
      return "readonly (number | string)[]";
    case "numbers":
      return "readonly number[]";
    case "integers":
      return "number | readonly number[]";
    case "sides":
      return "number | readonly [height: number, width: number]";
  }
}

/** `data check` as `DataCheck`. */
function typeName(command: string): string {
  return command.replaceAll(/(?:^|\s)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
