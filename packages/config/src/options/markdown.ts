import { describeDefault } from "./describe.ts";
import { libraryName, type Option, type OptionTable } from "./option.ts";
import { expects } from "./value-types.ts";

/** A table of options in Markdown, as pages of docs/ have them. */
export function optionsMarkdown(table: OptionTable): string {
  return [
    "| key | value | default | meaning |",
    "| --- | --- | --- | --- |",
    ...Object.entries(table).map(([key, option]) => {
      const cells = [`\`${key}\``, expects(option), defaultCell(option), option.help];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    }),
  ].join("\n");
}

/** The same for a page on the library too: with its names, and its defaults where they differ. */
export function libraryMarkdown(table: OptionTable): string {
  return [
    "| command line | code | default | meaning |",
    "| --- | --- | --- | --- |",
    ...Object.entries(table).map(([key, option]) => {
      const { libraryDefault } = option;
      const code = libraryDefault === undefined ? "" : `; code \`${libraryDefault}\``;
      return `| \`${key}\` | \`${libraryName(key, option)}\` | ${defaultCell(option)}${code} | ${option.help} |`;
    }),
  ].join("\n");
}

function defaultCell(option: Option): string {
  if (option.required) return "required";
  const words = describeDefault(option);
  return words === undefined ? "" : words === option.defaultText ? words : `\`${words}\``;
}

/**
 * Replaces what stands between `<!-- options: name -->` and `<!-- /options -->` in a page.
 *
 * @param content of each name
 * @throws Error for a region that has no content, or none that has one
 */
export function replaceRegions(page: string, content: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(content));
  const replaced = page.replaceAll(
    /(<!-- options: (.+?) -->\n).*?(<!-- \/options -->)/gs,
    (_, start: string, name: string, end: string) => {
      const text = content[name];
      if (text === undefined) throw new Error(`the page has a region "${name}", which nothing fills`);
      missing.delete(name);
      return `${start}\n${text}\n\n${end}`;
    },
  );
  if (missing.size > 0) throw new Error(`the page has no region ${[...missing].join(", ")}`);
  return replaced;
}
