import { describeDefault } from "./describe.ts";
import { libraryName, type Option, type OptionTable } from "./option.ts";
import { expects } from "./value-types.ts";

/** A table of options in Markdown, as pages of docs/ have them. */
export function optionsMarkdown(options: OptionTable): string {
  return table(["key", "value", "default", "meaning"], options, (key, option) => {
    const cells = [`\`${key}\``, expects(option), defaultCell(option), prose(option.help)];
    return cells.map((cell) => cell.replaceAll("|", "\\|"));
  });
}

/** The same for a page on the library too: with its names, and its defaults where they differ. */
export function libraryMarkdown(options: OptionTable): string {
  return table(["command line", "code", "default", "meaning"], options, (key, option) => {
    const { help, libraryDefault } = option;
    const code = libraryDefault === undefined ? "" : `; code \`${libraryDefault}\``;
    return [`\`${key}\``, `\`${libraryName(key, option)}\``, `${defaultCell(option)}${code}`, prose(help)];
  });
}

/** Text outside of code, in which Markdown would read `<name>` as HTML. */
function prose(text: string): string {
  return text.replaceAll("<", "&lt;");
}

function table(head: string[], options: OptionTable, cells: (key: string, option: Option) => string[]): string {
  const rows = [head, head.map(() => "---"), ...Object.entries(options).map(([key, option]) => cells(key, option))];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
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
