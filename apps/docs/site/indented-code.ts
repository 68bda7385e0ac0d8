import type { Markdown } from "./links.ts";

/** Shows code that is indented, as GitHub does, in the same frame as code between fences: it scrolls, by keys too. */
export function frameIndentedCode(markdown: Markdown): void {
  const { rules } = markdown.renderer;
  rules.code_block = (tokens, i, options, env, self) => {
    const token = tokens[i];
    if (token !== undefined) token.info = "text";
    return rules.fence?.(tokens, i, options, env, self) ?? "";
  };
}
