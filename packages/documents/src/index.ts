export { checkBudget, defaultLimits, type Limits, type PlaceOf } from "./budget.ts";
export { lineOf } from "./line-of.ts";
export { type Document, type ParseOptions, parseJson, parseJsonValue, parseYaml, tableOf } from "./parse.ts";
export type { ReadYamlOptions, YamlFile } from "./read.ts";
export { readYaml, readYamlSync } from "./read.ts";
