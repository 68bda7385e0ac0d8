import temml from "temml";
import type { Markdown } from "./links.ts";

/** Formulas between `$` or `$$`, as GitHub shows them, as MathML. */
export function renderMath(markdown: Markdown): void {
  markdown.inline.ruler.after("escape", "math", (state, silent) => {
    const match = /^\$([^\s$](?:[^$]*[^\s$])?)\$(?!\d)/.exec(state.src.slice(state.pos));
    if (match === null) return false;
    if (!silent) state.push("math", "math", 0).content = match[1] as string;
    state.pos += match[0].length;
    return true;
  });
  markdown.block.ruler.before(
    "fence",
    "math_block",
    (state, startLine, endLine, silent) => {
      const line = (number: number): string =>
        state.src.slice((state.bMarks[number] ?? 0) + (state.tShift[number] ?? 0), state.eMarks[number]).trim();
      if (line(startLine) !== "$$") return false;
      let end = startLine + 1;
      while (end < endLine && line(end) !== "$$") end++;
      if (end === endLine) return false;
      if (silent) return true;
      const token = state.push("math_block", "math", 0);
      token.content = state.getLines(startLine + 1, end, 0, false);
      token.map = [startLine, end + 1];
      state.line = end + 1;
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );
  const render = (displayMode: boolean) => (tokens: readonly { content: string }[], index: number) =>
    // Vue's compiler leaves it alone: braces may be doubled in formulas
    temml
      .renderToString(tokens[index]?.content ?? "", { displayMode, throwOnError: true })
      .replace("<math", "<math v-pre");
  markdown.renderer.rules.math = render(false);
  markdown.renderer.rules.math_block = render(true);
}
